/**
 * A map for objects that come and go by the thousand. A `Map` keeps what was deleted from it until the next full garbage
 * collection (docs/decisions/what-ends-leaves-at-once.md); here its table holds cells, and what is deleted leaves its cell.
 */
export class TransientMap<Value extends object> {
  readonly #cells = new Map<string, { value: Value | undefined }>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: string): boolean {
    return this.#cells.has(key);
  }

  get(key: string): Value | undefined {
    return this.#cells.get(key)?.value;
  }

  set(key: string, value: Value): void {
    const cell = this.#cells.get(key);
    if (cell) cell.value = value;
    else this.#cells.set(key, { value });
  }

  delete(key: string): void {
    const cell = this.#cells.get(key);
    if (!cell) return;
    cell.value = undefined;
    this.#cells.delete(key);
  }

  /** In the order in which they were set first. */
  keys(): MapIterator<string> {
    return this.#cells.keys();
  }

  values(): Value[] {
    return Array.from(this.#cells.values(), ({ value }) => value).filter((value) => value !== undefined);
  }
}
