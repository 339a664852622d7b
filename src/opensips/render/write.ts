import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RenderedFile } from './render.ts';

export interface WriteResult {
  /** Relative to the directory. */
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
}

/** Puts rendered files in place, each whole. What the running sipward or OpenSIPS has filled is left as it is. */
export function writeRendered(dir: string, files: readonly RenderedFile[]): WriteResult {
  const written: string[] = [];
  const unchanged: string[] = [];
  for (const { path, content, dynamic } of files) {
    const target = join(dir, path);
    const present = existsSync(target);
    if (present && (dynamic || readFileSync(target, 'utf8') === content)) {
      unchanged.push(path);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.new`, content);
    renameSync(`${target}.new`, target);
    written.push(path);
  }
  return { written, unchanged };
}
