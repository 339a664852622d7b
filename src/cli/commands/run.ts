import { once } from 'node:events';
import type { Command } from 'commander';
import { makeStateDir } from '../../daemon/open-operations.ts';
import { type RunningDaemon, runDaemon } from '../../daemon/run-daemon.ts';
import { Address } from '../../lib/address.ts';
import { type Endpoint, endpointText } from '../../lib/config-values.ts';
import { createLog, type Log } from '../../lib/log.ts';
import { version } from '../../lib/version.ts';
import { webApp } from '../../web/app.ts';
import { type RunningWeb, serveWeb } from '../../web/serve-web.ts';
import { type Bind, command } from '../command.ts';
import { programName } from '../program-name.ts';
import type { Session } from '../session.ts';

export function runCommand(bind: Bind): Command {
  return command('run', 'Run sipward until it is told to end.', [
    'sipward run',
    'sipward --config /etc/sipward/sipward.yaml run',
  ])
    .description(
      'Run sipward in the foreground: read the sources, decide, enforce, and serve the web page. SIGINT or SIGTERM ends it in order (a second one at once); blocks stay in force. The log goes to standard error.',
    )
    .action(bind((session) => run(session)));
}

async function run(session: Session): Promise<number> {
  const { config } = session.loaded;
  const { stateDir, io } = session;
  // Asked for first: from here on a signal ends in order.
  const { stop } = io;
  const log = logFor(session);
  makeStateDir(stateDir);
  await using running = await runDaemon({ config, stateDir, log, clock: io.clock, stop: io.stop });
  await using web = await startWeb(session, running, log);
  session.print(summary(session, running, web), () => banner(session, running, web));
  if (!stop.aborted) await once(stop, 'abort');
  log.info({}, 'ending');
  return 0;
}

function logFor({ io, loaded }: Session): Log {
  const { level, format } = loaded.config.log;
  const auto = io.stderr.isTerminal ? 'text' : 'json';
  return createLog({ level, format: format === 'auto' ? auto : format, write: (line) => io.stderr.write(line) });
}

/** A page that cannot be served is reported and left out: detection matters more. */
async function startWeb({ loaded, io }: Session, running: RunningDaemon, log: Log): Promise<RunningWeb | undefined> {
  const { enabled, listen, 'allowed-hosts': allowedHosts } = loaded.config.web;
  if (!enabled) return undefined;
  const app = webApp({
    operations: running.operations,
    health: () => running.daemon.health(),
    allowedHosts,
    clock: io.clock,
    onError: (error) => log.error({ error: String(error) }, 'a request to the web page failed'),
  });
  if (!isLoopback(listen))
    log.warn({ listen: endpointText(listen) }, 'the web page has no log-in: whoever reaches it sees it');
  try {
    return await serveWeb(app, listen);
  } catch (error) {
    log.error({ error: String(error) }, 'the web page is left out');
    const what = error instanceof Error ? error.message : String(error);
    running.daemon.noteLeftOut(
      `the web page is left out: ${what}; free the port or set web.listen, and start sipward anew`,
    );
    return undefined;
  }
}

/** 127.0.0.0/8 or ::1: reached from this host alone. */
function isLoopback({ host }: Endpoint): boolean {
  return host.startsWith('127.') || Address.parse(host)?.text === '::1';
}

function summary({ loaded, stateDir }: Session, { daemon }: RunningDaemon, web: RunningWeb | undefined) {
  const { enforcement, sources, enforcers } = daemon.health();
  return {
    version: version(),
    config: loaded.file ?? null,
    stateDir,
    enforcement,
    sources: sources.map(({ name }) => name),
    enforcers: enforcers.map(({ name }) => name),
    web: web === undefined ? null : `http://${endpointText(web.endpoint)}/`,
  };
}

function banner(session: Session, running: RunningDaemon, web: RunningWeb | undefined): string {
  const { style, io } = session;
  const program = programName(io.cwd);
  const facts = summary(session, running, web);
  const mode =
    facts.enforcement === 'enforce' ? style('good', 'enforcing') : style('warn', 'dry-run, nobody is kept out');
  const line = (name: string, value: string) => `  ${style('dim', name.padEnd(14))} ${value}\n`;
  return [
    `${style('strong', `sipward ${facts.version}`)} runs: ${mode}\n`,
    line('configuration', facts.config ?? 'embedded defaults'),
    line('state', facts.stateDir),
    line('sources', facts.sources.join(', ') || 'none'),
    line('enforcers', facts.enforcers.join(', ') || 'none'),
    line('web page', facts.web ?? 'not served'),
    line('look at it', ['status', 'events', 'why ADDRESS'].map((what) => `${program} ${what}`).join(', ')),
  ].join('');
}
