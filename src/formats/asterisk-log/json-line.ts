/** Of Asterisk's `[json]` log format, the plain line that says the same; '' for any other JSON. */
export function plainLine(json: string): string {
  const { timestamp, logmsg, identifiers } = objectOf(parse(json));
  const { level, message, location } = objectOf(logmsg);
  const { filename } = objectOf(location);
  if (![timestamp, level, message, filename].every((value) => typeof value === 'string')) return '';
  const { lwp } = objectOf(identifiers);
  // Whatever line ends the message holds, it is one line.
  const text = String(message)
    .trimEnd()
    .replaceAll(/[\r\n]/g, ' ');
  return `[${timestamp}] ${level}[${typeof lwp === 'number' ? lwp : 0}] ${filename}: ${text}`;
}

/** What only begins like JSON is none: the line is counted as not understood. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
