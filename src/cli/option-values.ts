import { InvalidArgumentError } from 'commander';

/** A whole number, for `argParser`; the operation knows its limits. */
export function number(text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a whole number, got "${text}"`);
}
