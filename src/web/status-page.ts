import { html, raw } from 'hono/html';
import type { PartState } from '../daemon/health.ts';
import { roughDuration } from '../lib/duration.ts';
import { wordsOf } from '../lib/target.ts';
import type { Severity } from '../pipeline/finding.ts';
import { hourChart } from './hour-chart.ts';
import type { StatusData } from './status-data.ts';
import { STATUS_STYLE } from './status-style.ts';

type Html = ReturnType<typeof html>;

const STATE_TONES: Readonly<Record<PartState, string>> = {
  ok: 'good',
  starting: 'warn',
  failing: 'bad',
  stopped: 'bad',
};
const SEVERITY_TONES: Readonly<Record<Severity, string>> = {
  info: 'quiet',
  warning: 'warn',
  error: 'bad',
  critical: 'bad',
};
const REFRESH_SECONDS = 10;

/** The whole page. `html` escapes every value that is put in. */
export function statusPage(data: StatusData): Html {
  const { health, version } = data.status;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>sipward: ${health.state}</title>
<style>${raw(STATUS_STYLE)}</style>
</head>
<body><main>
<header>
<h1>sipward</h1>
${badge(STATE_TONES[health.state], health.state)}
${health.enforcement === 'enforce' ? badge('good', 'enforcing') : badge('warn', 'dry-run: nobody is kept out')}
<span class="when">${utc(data.now)}</span>
</header>
${problems(health.problems)}
${warnings(health.warnings)}
${tiles(data)}
<section><h2>The last 24 hours</h2>${hourChart(data.stats.hours, data.now)}</section>
${campaignsSection(data)}
<div class="pair">${blocksSection(data)}${topSources(data)}</div>
${disabledSection(data)}
${eventsSection(data)}
<div class="pair">${sourcesSection(data)}${enforcersSection(data)}</div>
<footer>Version ${version}. This page is read-only and renews itself every ${REFRESH_SECONDS} s; to act, use the
command line: <span class="mono">sipward why ADDRESS</span>, <span class="mono">sipward unblock ADDRESS</span>,
<span class="mono">sipward enable ACCOUNT</span>. Countries by
<a href="https://www.nro.net">NRO</a>; networks by RouteViews, NRO and <a href="https://db-ip.com">IP Geolocation by DB-IP</a>,
unless other data is configured.</footer>
</main></body></html>`;
}

function tiles({ status, stats }: StatusData): Html {
  const tile = (value: number, label: string) =>
    html`<div class="tile"><b>${value.toLocaleString('en')}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
${tile(stats.activeBlocks, 'blocks in force')}
${tile(stats.failedRegistrations, 'failed registrations, 24 h')}
${tile(stats.doorKnocks, 'door knocks, 24 h')}
${tile(stats.events, 'security events, 24 h')}
${tile(status.health.signals, 'signals since the start')}
</div>`;
}

function problems(list: readonly string[]): Html | string {
  return list.length === 0
    ? ''
    : html`<div class="problems"><ul>${list.map((one) => html`<li>${one}</li>`)}</ul></div>`;
}

function warnings(list: readonly string[]): Html | string {
  return list.length === 0
    ? ''
    : html`<div class="warnings"><ul>${list.map((one) => html`<li>${one}</li>`)}</ul></div>`;
}

function blocksSection({ blocks, stats, now }: StatusData): Html {
  const rows = blocks.map(
    ({ target, expiresAt, reason }) => html`<tr><td class="mono">${wordsOf(target)}</td>
<td class="time">${expiresAt === null ? 'never' : `in ${roughDuration(expiresAt - now)}`}</td>
<td class="wrap">${reason}</td></tr>`,
  );
  const more =
    stats.activeBlocks > rows.length
      ? html`<p class="legend">and ${stats.activeBlocks - rows.length} more: sipward blocks</p>`
      : '';
  return section('Blocks in force', ['address', 'ends', 'reason'], rows, 'Nobody is blocked.', more);
}

/** Only where there are some: most sites never disable an account. */
function disabledSection({ disabled, status, now }: StatusData): Html | string {
  if (disabled.length === 0) return '';
  const rows = disabled.map(
    ({ aor, expiresAt, reason }) => html`<tr><td class="mono">${aor}</td>
<td class="time">${expiresAt === null ? 'never' : `in ${roughDuration(expiresAt - now)}`}</td>
<td class="wrap">${reason}</td></tr>`,
  );
  const more = status.health.disabledAccounts - rows.length;
  const after = more > 0 ? html`<p class="legend">and ${more} more: sipward disabled</p>` : '';
  return section('Disabled accounts', ['account', 'ends', 'reason'], rows, '', after);
}

function topSources({ stats, now }: StatusData): Html {
  const rows = stats.topSources.map(
    ({ ip, country, failures, doorKnocks, lastAt }) => html`<tr><td class="mono">${ip}</td><td>${country ?? '–'}</td>
<td class="number">${failures}</td><td class="number">${doorKnocks}</td><td class="time number">${ago(lastAt, now)}</td></tr>`,
  );
  const heads = ['address', 'country', '#failures', '#door knocks', '#last'];
  return section('Top sources, 24 h', heads, rows, 'No failures and no door knocks.');
}

function campaignsSection({ campaigns, now }: StatusData): Html {
  const rows = campaigns.map(
    (one) => html`<tr><td class="mono">${one.campaign}</td>
<td>${one.over ? badge('quiet', 'over') : badge(SEVERITY_TONES[one.severity], 'running')}</td>
<td class="time">${ago(one.firstAt, now)}</td><td class="time">${ago(one.lastAt, now)}</td>
<td class="number">${one.sources.toLocaleString('en')}</td><td class="number">${one.events.toLocaleString('en')}</td>
<td class="wrap">${one.description}</td></tr>`,
  );
  const heads = ['campaign', 'state', 'first', 'last', '#sources', '#events', 'told last'];
  const legend =
    rows.length === 0
      ? ''
      : html`<p class="legend">Their events: sipward events --campaign ${campaigns[0]?.campaign}</p>`;
  return section('Campaigns, 24 h', heads, rows, 'No findings that are one attack.', legend);
}

function eventsSection({ events, campaigns, now }: StatusData): Html {
  const rows = events.map(
    ({ at, severity, type, ip, aor, description }) => html`<tr><td class="time">${ago(at, now)}</td>
<td>${badge(SEVERITY_TONES[severity], severity)}</td><td class="mono">${type}</td>
<td class="mono">${ip === '' ? aor : ip}</td><td class="wrap">${description}</td></tr>`,
  );
  return section(
    campaigns.length === 0 ? 'Last security events' : 'Last security events, without those of campaigns',
    ['when', 'severity', 'type', 'about', 'what'],
    rows,
    campaigns.length === 0 ? 'Nothing has happened yet.' : 'Nothing else has happened.',
  );
}

function sourcesSection({ status, now }: StatusData): Html {
  const rows = status.health.sources.map(
    (one) => html`<tr><td>${one.name}</td>
<td>${one.state === 'ok' && one.silence !== null ? badge('warn', 'silent') : stateBadge(one.state)}</td>
<td class="number">${one.signals.toLocaleString('en')}</td><td class="number">${one.unrecognised}</td>
<td class="time number">${one.lastSignalAt === null ? 'never' : ago(one.lastSignalAt, now)}</td></tr>`,
  );
  const heads = ['name', 'state', '#signals', '#not understood', '#last'];
  return section('Sources', heads, rows, 'No source is configured.');
}

function enforcersSection({ status }: StatusData): Html {
  const rows = status.health.enforcers.map(
    (one) => html`<tr><td>${one.name}</td><td>${stateBadge(one.state)}</td>
<td class="number">${one.entries}</td><td class="number">${one.dropped ?? '–'}</td><td class="number">${one.repairs}</td></tr>`,
  );
  return section(
    'Enforcers',
    ['name', 'state', '#entries', '#packets dropped', '#put right'],
    rows,
    'No enforcer runs.',
  );
}

/** @param heads a `#` before a head sets its column right */
function section(
  title: string,
  heads: readonly string[],
  rows: readonly Html[],
  empty: string,
  after: Html | string = '',
): Html {
  const head = heads.map((one) =>
    one.startsWith('#') ? html`<th class="number">${one.slice(1)}</th>` : html`<th>${one}</th>`,
  );
  const body = rows.length === 0 ? html`<p class="empty">${empty}</p>` : html`<table><tr>${head}</tr>${rows}</table>`;
  return html`<section><h2>${title}</h2>${body}${after}</section>`;
}

function stateBadge(state: PartState): Html {
  return badge(STATE_TONES[state], state);
}

function badge(tone: string, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

function ago(at: number, now: number): string {
  return now - at < 1000 ? 'now' : `${roughDuration(now - at)} ago`;
}

function utc(ms: number): Html {
  const text = new Date(ms).toISOString();
  return html`<time datetime="${text}">${text.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
