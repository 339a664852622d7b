import type { OpensipsConfig } from './config.ts';

/** One change that an operator makes to an OpenSIPS configuration of their own. */
export interface Step {
  /** Where, in words. */
  readonly where: string;
  /** After which line of the file, 1 for the first; undefined if the file was not given or has no such place. */
  readonly afterLine: number | undefined;
  readonly lines: readonly string[];
  readonly why: string;
}

/** The few lines that connect sipward's routes with an existing configuration. @param text of its main file, if known */
export function dropInSteps(config: OpensipsConfig, text?: string): readonly Step[] {
  const lines = text?.split('\n') ?? [];
  const startup = lineOf(lines, /^\s*startup_route\s*\{/);
  return [
    {
      where: 'after the last loadmodule and modparam, before the first route',
      afterLine: lastLineOf(lines, /^\s*(loadmodule|modparam)\b/),
      lines: [`include_file "${config.dir}/drop-in/sipward.cfg"`],
      why: 'the modules and routes of sipward',
    },
    startup === undefined
      ? {
          where: 'behind that include_file',
          afterLine: lastLineOf(lines, /^\s*(loadmodule|modparam)\b/),
          lines: ['startup_route {', '\troute(sipward_start);', '}'],
          why: `signals go to ${config.events}`,
        }
      : {
          where: 'in your startup_route, first',
          afterLine: startup,
          lines: ['\troute(sipward_start);'],
          why: `signals go to ${config.events}`,
        },
    {
      where: 'in the main route, first',
      afterLine: lineOf(lines, /^\s*(request_)?route\s*\{/),
      lines: ['\troute(sipward_gate);'],
      why: 'the gate: it returns only for requests that may go on',
    },
    {
      where:
        'before each t_relay() of a REGISTER and of an initial INVITE towards your PBX, before a t_on_reply() of yours',
      afterLine: beforeFirst(lines, /\bt_relay\s*\(/),
      lines: ['\troute(sipward_watch);'],
      why: 'failed and successful registrations and calls become signals',
    },
    {
      where: 'in each onreply_route of yours that these requests use, first',
      afterLine: lineOf(lines, /^\s*onreply_route\s*\[/),
      lines: ['\troute(sipward_reply);'],
      why: 'a request has one reply route only: yours takes the place of ours',
    },
    {
      where: 'after each create_dialog()',
      afterLine: lineOf(lines, /\bcreate_dialog\s*\(/),
      lines: ['\troute(sipward_watch_call);'],
      why: 'the end of a call becomes a signal',
    },
  ];
}

function lineOf(lines: readonly string[], pattern: RegExp): number | undefined {
  const index = lines.findIndex((line) => pattern.test(line));
  return index < 0 ? undefined : index + 1;
}

function lastLineOf(lines: readonly string[], pattern: RegExp): number | undefined {
  const index = lines.findLastIndex((line) => pattern.test(line));
  return index < 0 ? undefined : index + 1;
}

function beforeFirst(lines: readonly string[], pattern: RegExp): number | undefined {
  const line = lineOf(lines, pattern);
  return line === undefined ? undefined : line - 1;
}
