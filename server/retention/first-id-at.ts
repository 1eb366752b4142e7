/**
 * The smallest id of that millisecond. Ids are UUID version 7, which begin with the time (RFC 9562, 5.7): what is below was
 * stored before, so that the primary key finds the old rows of a table.
 */
export function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
