import { styleText } from 'node:util';
import type { Io, Output } from './io.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

const FORMATS = { good: 'green', bad: 'red', warn: 'yellow', dim: 'dim', strong: 'bold' } as const;

/** Colours text, or leaves it alone. */
export type Style = (tone: Tone, text: string) => string;

/** Colours only where a person looks, and only if wanted (no-color.org). */
export function styleFor(io: Io, output: Output = io.stdout): Style {
  const wanted = output.isTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  return wanted ? (tone, text) => styleText(FORMATS[tone], text, { validateStream: false }) : (_, text) => text;
}
