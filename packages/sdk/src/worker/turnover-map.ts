interface Place<Value> {
  value: Value | undefined;
}

/**
 * A map for what comes and goes by the thousands, in the order in which it came.
 *
 * A `Map` that is filled and emptied all the time outgrows one inner table after the other, and V8 keeps each table linked
 * to the next. Once one of them is old, everything that ever passed through the map survives until the next full
 * collection. Here only the empty places do.
 */
export class TurnoverMap<Key, Value extends object> {
  readonly #places = new Map<Key, Place<Value>>();

  get size(): number {
    return this.#places.size;
  }

  get(key: Key): Value | undefined {
    return this.#places.get(key)?.value;
  }

  set(key: Key, value: Value): void {
    const place = this.#places.get(key);
    if (place === undefined) this.#places.set(key, { value });
    else place.value = value;
  }

  /** False when there was nothing. */
  delete(key: Key): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    place.value = undefined;
    return this.#places.delete(key);
  }

  clear(): void {
    for (const place of this.#places.values()) place.value = undefined;
    this.#places.clear();
  }

  *entries(): Generator<readonly [Key, Value]> {
    for (const [key, { value }] of this.#places) if (value !== undefined) yield [key, value];
  }

  *values(): Generator<Value> {
    for (const { value } of this.#places.values()) if (value !== undefined) yield value;
  }
}
