import type { OwnEvent, OwnEvents } from './own-events.ts';

/** Events as they are told, and which states last. @param line what is kept of an event */
export function toldEvents(told: string[], line: (event: OwnEvent, ip: string) => string) {
  const open = new Set<string>();
  const events: Pick<OwnEvents, 'note' | 'begin' | 'end'> = {
    note: (event, ip = '') => void told.push(line(event, ip)),
    begin: (about, event, ip = '') => {
      open.add(about);
      told.push(line(event, ip));
    },
    end: (about) => void open.delete(about),
  };
  return { events, open };
}
