import { readFileSync } from 'node:fs';

/** The version in package.json, which stands two levels above in a checkout and when installed alike. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
