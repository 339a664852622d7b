import { html } from 'hono/html';
import { countText } from '../lib/count-text.ts';
import type { Stats } from '../store/store.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const BAR = 32;
const GAP = 8;
const HEIGHT = 110;

/** Failed registrations and door knocks per hour as stacked bars. */
export function hourChart(hours: Stats['hours'], now: number) {
  const byHour = new Map(hours.map((one) => [one.hour, one]));
  const first = Math.floor(now / HOUR_MS) * HOUR_MS - (HOURS - 1) * HOUR_MS;
  const columns = Array.from({ length: HOURS }, (_, i) => {
    const hour = first + i * HOUR_MS;
    const { failures = 0, doorKnocks = 0 } = byHour.get(hour) ?? {};
    return { hour, failures, doorKnocks };
  });
  const most = Math.max(1, ...columns.map(({ failures, doorKnocks }) => failures + doorKnocks));
  const width = HOURS * (BAR + GAP) - GAP;
  const bars = columns.map(({ hour, failures, doorKnocks }, i) => {
    const scale = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (HEIGHT - 4)));
    const [low, high] = [scale(failures), scale(doorKnocks)];
    const x = i * (BAR + GAP);
    const title = `${new Date(hour).toISOString().slice(11, 16)} UTC: ${countText(failures, 'failed registration')}, ${countText(doorKnocks, 'door knock')}`;
    return html`<g><title>${title}</title><rect class="failures" x="${x}" y="${HEIGHT - low}" width="${BAR}" height="${low}" rx="2"/><rect class="knocks" x="${x}" y="${HEIGHT - low - high}" width="${BAR}" height="${high}" rx="2"/></g>`;
  });
  return html`<svg class="chart" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Failed registrations and door knocks per hour">${bars}</svg>
<p class="legend"><span>24 h ago</span><span><span class="key">failed registrations</span> &nbsp; <span class="key knocks">door knocks</span> &nbsp; at most ${most} an hour</span><span>now</span></p>`;
}
