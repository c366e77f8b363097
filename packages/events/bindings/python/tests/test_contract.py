"""Holds the Python module to the contract: `python3 -m unittest discover -s tests` in the folder above."""

import json
import unittest
from pathlib import Path

from flovyn_events import (
    STATE_EVENTS,
    STREAM_EVENTS,
    UNRECOGNIZED,
    InvalidEvent,
    UnknownEvent,
    WorkflowSuspended,
    read_control,
    read_event,
    read_frame,
)

CONTRACT = Path(__file__).resolve().parents[3] / "contract"
GOLDEN = sorted((CONTRACT / "golden").glob("*.json"))


def golden(name: str) -> dict:
    return json.loads((CONTRACT / "golden" / name).read_text("utf-8"))


class Golden(unittest.TestCase):
    def test_every_sample_is_read_whole(self) -> None:
        self.assertGreater(len(GOLDEN), 30)
        for file in GOLDEN:
            with self.subTest(file.name):
                frame = read_frame(file.read_text("utf-8"))
                self.assertNotIsInstance(frame.event, UnknownEvent)
                raw = json.loads(file.read_text("utf-8"))
                name = raw["event"].get("event", raw["event"]["type"])
                known = {**STATE_EVENTS, **STREAM_EVENTS}[name]
                self.assertIsInstance(frame.event, known)
                self.assertEqual((frame.seq, frame.epoch), (raw["seq"], raw["epoch"]))
                if hasattr(frame.event, "event"):
                    for attribute, key, _reader, _missing in type(frame.event.data).FIELDS:
                        if not isinstance(raw["event"]["data"].get(key), list):
                            self.assertEqual(getattr(frame.event.data, attribute), raw["event"]["data"].get(key))

    def test_every_event_has_a_sample(self) -> None:
        manifest = json.loads((CONTRACT / "manifest.json").read_text("utf-8"))
        self.assertEqual(set(STATE_EVENTS), set(manifest["events"]))
        self.assertEqual(set(STREAM_EVENTS), set(manifest["streamEvents"]))
        sampled = {file.name.split(".")[0] for file in GOLDEN}
        self.assertEqual(sampled, set(STATE_EVENTS) | set(STREAM_EVENTS))

    def test_lists_hold_what_they_are_of(self) -> None:
        event = read_frame(json.dumps(golden("WORKFLOW_SUSPENDED.1.json"))).event
        assert isinstance(event, WorkflowSuspended)
        self.assertEqual([(one.type_, one.name, one.id) for one in event.data.waiting_on][0][1:], ("approval", None))

    def test_control_frames(self) -> None:
        self.assertEqual(read_control("gap", '{"from":1,"to":6,"reason":"expired"}').from_, 1)
        self.assertEqual(read_control("end", '{"status":"COMPLETED"}').status, "COMPLETED")
        with self.assertRaisesRegex(InvalidEvent, "no control frame"):
            read_control("data", "{}")


class Tolerance(unittest.TestCase):
    def test_a_newer_event_is_seen_as_unknown(self) -> None:
        frame = golden("TASK_FAILED.1.json")
        frame["event"]["event"] = "TASK_MOVED"
        self.assertEqual(read_frame(json.dumps(frame)).event, UnknownEvent("TASK_MOVED", frame["event"]))
        self.assertEqual(read_event({"type": "smell"}), UnknownEvent("smell", {"type": "smell"}))

    def test_a_newer_field_is_ignored_and_a_newer_word_is_unrecognized(self) -> None:
        event = golden("TASK_FAILED.1.json")["event"]
        event["data"].update(mood="good", status="DELEGATED")
        self.assertEqual(read_event(event).data.status, UNRECOGNIZED)

    def test_a_missing_key_is_read_as_none(self) -> None:
        event = golden("TASK_CREATED.1.json")["event"]
        del event["data"]["workerId"]
        self.assertIsNone(read_event(event).data.worker_id)

    def test_what_is_wrong_is_named_by_its_path_and_without_its_value(self) -> None:
        event = golden("TASK_FAILED.1.json")["event"]
        for key, value in {"executionCount": True, "id": "secret", "kind": 7, "error": ["secret"]}.items():
            with self.subTest(key), self.assertRaises(InvalidEvent) as caught:
                read_event({**event, "data": {**event["data"], key: value}})
            self.assertEqual(caught.exception.path, f"data.{key}")
            self.assertNotIn("secret", str(caught.exception))
        for value in ("[]", "no json", '{"v":1}'):
            with self.assertRaises(InvalidEvent):
                read_frame(value)


if __name__ == "__main__":
    unittest.main()
