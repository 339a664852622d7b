/** `1 line`, `2 lines`, `0 lines`. @param many for words that do not just get an s: `entries` */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${nounFor(count, one, many)}`;
}

/** The noun (or the verb) that goes with so many. */
export function nounFor(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}
