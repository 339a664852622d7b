import { join } from 'node:path';
import { Journal } from './journal.ts';
import type { SourceContext } from './source.ts';

/** As `journalKeys` say. */
export interface JournalSettings {
  readonly 'journal-segment-bytes': number;
  readonly 'journal-segments': number;
}

/** The journal of a source, in its own directory. */
export function openJournal(settings: JournalSettings, { stateDir, name, onFault }: SourceContext): Promise<Journal> {
  return Journal.open({
    directory: join(stateDir, name),
    segmentBytes: settings['journal-segment-bytes'],
    segments: settings['journal-segments'],
    onFault,
  });
}
