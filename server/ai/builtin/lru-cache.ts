/** Keeps the values used last. */
export class LruCache<Key, Value> {
  private readonly values = new Map<Key, Value>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  getOrCreate(key: Key, create: () => Value): Value {
    const found = this.values.get(key);
    const value = found === undefined ? create() : found;
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size > this.capacity) {
      const oldest = this.values.keys().next();
      if (!oldest.done) this.values.delete(oldest.value);
    }
    return value;
  }

  delete(key: Key): void {
    this.values.delete(key);
  }
}
