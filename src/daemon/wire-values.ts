import { z } from 'zod';

/** A point in time: milliseconds since the epoch inside, ISO 8601 UTC wherever it is written. */
export const time = z.codec(z.iso.datetime(), z.number(), {
  decode: (text) => Date.parse(text),
  encode: (ms) => new Date(ms).toISOString(),
});

/** A list that nobody changes. */
export function list<T extends z.ZodType>(element: T) {
  return z.array(element).readonly();
}
