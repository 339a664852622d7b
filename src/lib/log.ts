/**
 * The log: a sentence and fields. Hostile text goes into fields only, never into the sentence, so that nobody can write
 * log lines of his own; both forms escape it.
 */
import pino, { type Logger } from 'pino';
import { systemClock } from './clock.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What components are given: they never see how it is written. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface LogOptions {
  readonly level: LogLevel;
  /** `text` for people, `json` for machines: one object a line. */
  readonly format: 'text' | 'json';
  readonly write: (line: string) => void;
}

/** Values under these names are secrets wherever they stand. */
const SECRET_KEYS = ['password', 'secret', 'token', 'authorization', 'apiKey', 'api-key'] as const;
const REDACTED = '[redacted]';

export function createLog({ level, format, write }: LogOptions): Log {
  const destination = format === 'json' ? { write } : { write: (line: string) => write(textLine(line)) };
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(systemClock()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`]), censor: REDACTED },
      hooks: {
        logMethod(parameters, method) {
          method.apply(this, parameters.map(withoutPasswords) as typeof parameters);
        },
      },
    },
    destination,
  );
}

/** Passwords in addresses of servers (`mysql://user:password@host`), in texts and at the top level of fields. */
function withoutPasswords(parameter: unknown): unknown {
  if (typeof parameter === 'string') return hideUserInfo(parameter);
  if (typeof parameter !== 'object' || parameter === null || parameter instanceof Error) return parameter;
  return Object.fromEntries(
    Object.entries(parameter).map(([key, value]) => [key, typeof value === 'string' ? hideUserInfo(value) : value]),
  );
}

function hideUserInfo(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,100}):[^\s/@]{1,200}@/gi, `$1:${REDACTED}@`);
}

/** One JSON line as text: `08:00:00 warn  block ended  target=203.0.113.7`. */
function textLine(line: string): string {
  const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const rest = Object.entries(fields).map(([key, value]) => `  ${key}=${fieldText(value)}`);
  return `${clock} ${String(level).padEnd(5)} ${escaped(String(message ?? ''))}${rest.join('')}\n`;
}

/** Plain words as they are, everything else as JSON; both without control characters. */
function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]{1,200}$/.test(value)) return value;
  return escaped(JSON.stringify(value) ?? '');
}

/** JSON leaves C1 controls and line separators as they are; terminals obey some of them. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
