import { invariant } from '@flovyn/protocol';

/** 0-15 for a hexadecimal digit's character code, 255 for any other. */
const digits = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = value;
  digits[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Up to this many letters, writing them one by one is cheaper than calling the native encoder. */
const shortText = 48;

const twoTo32 = 0x1_0000_0000;

/** Writes network-order bytes into one buffer that grows and is used again for every batch. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Everything written since `reset`. Valid until the next one. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(value, this.#length);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#put32(value, this.#length);
    this.#length += 4;
  }

  int64(value: number): void {
    invariant(Number.isSafeInteger(value), `${value} is a whole number`);
    this.#reserve(8);
    const high = Math.floor(value / twoTo32);
    this.#length = this.#buffer.writeInt32BE(high, this.#length);
    this.#length = this.#buffer.writeUInt32BE(value - high * twoTo32, this.#length);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
  }

  /** The 16 bytes of a UUID in its usual notation. */
  uuid(text: string): void {
    invariant(text.length === 36, `"${text}" is a UUID`);
    this.#reserve(16);
    let seen = 0;
    let at = this.#length;
    for (let i = 0; i < 36; i += 2) {
      if (i === 8 || i === 13 || i === 18 || i === 23) i++;
      const high = digits[text.charCodeAt(i)] ?? 255;
      const low = digits[text.charCodeAt(i + 1)] ?? 255;
      seen |= high | low;
      this.#buffer[at++] = (high << 4) | low;
    }
    invariant(seen < 16, `"${text}" is a UUID`);
    this.#length = at;
  }

  text(value: string): void {
    // UTF-8 takes at most three bytes for each of a string's code units.
    this.#reserve(value.length * 3);
    if (value.length > shortText || !this.#ascii(value)) {
      this.#length += this.#buffer.write(value, this.#length, 'utf8');
    }
  }

  /** Writes text of plain letters; false, with nothing written, when it has any others. */
  #ascii(value: string): boolean {
    const buffer = this.#buffer;
    const start = this.#length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      buffer[start + i] = code;
    }
    this.#length = start + value.length;
    return true;
  }

  /** Text with its terminating zero byte. */
  cstring(value: string): void {
    this.text(value);
    this.byte(0);
  }

  /** Makes room for a length that is known later; `fillLength` takes what this answers. */
  leaveLength(): number {
    const at = this.#length;
    this.int32(0);
    return at;
  }

  /** Writes the number of bytes since `at`; with `inclusive`, those of the length itself are counted too. */
  fillLength(at: number, inclusive: boolean): void {
    this.#put32(this.#length - at - (inclusive ? 0 : 4), at);
  }

  /** Puts a null, the length -1, in the place of everything since `at`. */
  nullFrom(at: number): void {
    this.#length = at;
    this.int32(-1);
  }

  #put32(value: number, at: number): void {
    const buffer = this.#buffer;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
