export const STATUS_STYLE = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #ffffff; --line: #e3e6eb; --text: #1c2430; --soft: #667085;
  --good: #16794a; --good-back: #e3f5ec; --warn: #8a5a00; --warn-back: #fdf1d7; --bad: #b3261e; --bad-back: #fde8e6;
  --accent: #2f5fd0; --accent-soft: #c5d4f7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #11151c; --card: #1a202a; --line: #2b3340; --text: #e7ebf1; --soft: #97a3b4;
    --good: #6fd3a2; --good-back: #15372a; --warn: #efc36a; --warn-back: #3b2f14; --bad: #ff9d94; --bad-back: #46201d;
    --accent: #86a8ff; --accent-soft: #2c3f70;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
header { display: flex; align-items: center; gap: .75rem; flex-wrap: wrap; margin-bottom: 1.25rem; }
h1 { font-size: 1.35rem; margin: 0 .25rem 0 0; letter-spacing: -.01em; }
h2 { font-size: .95rem; margin: 0 0 .75rem; }
header .when { margin-left: auto; color: var(--soft); font-size: .85rem; }
.badge { display: inline-block; padding: .1rem .55rem; border-radius: 999px; font-size: .8rem; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); background: var(--good-back); }
.warn { color: var(--warn); background: var(--warn-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.quiet { color: var(--soft); background: var(--line); }
.problems { background: var(--bad-back); color: var(--bad); border-radius: 10px; padding: .75rem 1rem; margin: 0 0 1.25rem; }
.warnings { background: var(--warn-back); color: var(--warn); border-radius: 10px; padding: .75rem 1rem; margin: 0 0 1.25rem; }
.problems ul, .warnings ul { margin: 0; padding-left: 1.1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem; margin-bottom: 1rem; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: .8rem 1rem; }
.tile b { display: block; font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile span { color: var(--soft); font-size: .82rem; }
section { padding: 1rem 1.1rem; margin-bottom: 1rem; overflow-x: auto; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.pair section { margin: 0; }
.pair { margin-bottom: 1rem; }
@media (max-width: 820px) { .pair { grid-template-columns: 1fr; } }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: .78rem; padding: 0 .9rem .4rem 0; white-space: nowrap; }
td { padding: .38rem .9rem .38rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td:last-child, th:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mono { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-size: .84rem; white-space: nowrap; }
.time { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
.wrap { overflow-wrap: anywhere; min-width: 9rem; }
.empty { color: var(--soft); margin: 0; }
.chart { width: 100%; height: 110px; display: block; }
.chart .failures { fill: var(--accent); }
.chart .knocks { fill: var(--accent-soft); }
.legend { color: var(--soft); font-size: .8rem; margin: .5rem 0 0; display: flex; justify-content: space-between; flex-wrap: wrap; gap: .25rem 1rem; }
.key::before { content: ""; display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .4em; background: var(--accent); }
.key.knocks::before { background: var(--accent-soft); }
footer { color: var(--soft); font-size: .82rem; }
`;
