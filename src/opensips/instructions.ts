import type { OpensipsConfig } from './config.ts';

/** One change that an operator makes to an OpenSIPS configuration of their own. */
export interface Step {
  /** Where, in words. */
  readonly where: string;
  /** After which lines of the file, 1 for the first; none if the file was not given or has no such place. */
  readonly afterLines: readonly number[];
  readonly lines: readonly string[];
  readonly why: string;
}

/** The few lines that connect sipward's routes with an existing configuration. @param text of its main file, if known */
export function dropInSteps(config: OpensipsConfig, text = ''): readonly Step[] {
  const lines = text.split('\n');
  const all = (pattern: RegExp) => lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
  const modules = all(/^\s*(loadmodule|modparam)\b/).slice(-1);
  const startup = all(/^\s*startup_route\s*\{/);
  const start = { lines: ['\troute(sipward_start);'], why: `signals go to ${config.events}` };
  return [
    {
      where: 'after the last loadmodule and modparam, before the first route',
      afterLines: modules,
      lines: [`include_file "${config.dir}/drop-in/sipward.cfg"`],
      why: 'the modules and routes of sipward',
    },
    startup.length > 0
      ? { ...start, where: 'in your startup_route, first', afterLines: startup }
      : {
          ...start,
          where: 'behind that include_file',
          afterLines: modules,
          lines: ['startup_route {', ...start.lines, '}'],
        },
    {
      where: 'in the main route, first',
      afterLines: all(/^\s*(request_)?route\s*\{/).slice(0, 1),
      lines: ['\troute(sipward_gate);'],
      why: 'the gate: it returns only for requests that may go on',
    },
    {
      where: 'before t_relay() towards your PBX and phones, and before a t_on_reply() that belongs to it',
      afterLines: all(/\bt_relay\s*\(/).map((line) => beforeArming(lines, line)),
      lines: ['\troute(sipward_watch);'],
      why: 'failed and successful registrations and calls become signals',
    },
    {
      where: 'in your onreply_routes, first',
      afterLines: all(/^\s*onreply_route\s*\[/),
      lines: ['\troute(sipward_reply);'],
      why: 'a request has one reply route only: yours takes the place of ours',
    },
    {
      where: 'after create_dialog()',
      afterLines: all(/\bcreate_dialog\s*\(/),
      lines: ['\troute(sipward_watch_call);'],
      why: 'the end of a call becomes a signal',
    },
  ];
}

/** The line before those that arm routes for the t_relay() on this line. */
function beforeArming(lines: readonly string[], relay: number): number {
  let line = relay - 1;
  while (/\bt_on_(reply|failure|branch)\s*\(/.test(lines[line - 1] ?? '')) line--;
  return line;
}
