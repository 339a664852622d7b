/** A whole number, for `argParser`. What is none goes on as it is: the operation says what it takes. */
export function number(text: string): number {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : (text as unknown as number);
}
