// The style of the page: light and dark, wide and narrow, on a projector and on paper. No file but the page itself is needed.

const LIGHT = `
  --paper: #fcfcfa; --card: #ffffff; --ink: #18222c; --faint: #55626f; --line: #dde3e8; --grid: #e9edf0;
  --good: #0b6b3a; --good-back: #e3f4ea; --in-time: #1d68c9; --late: #c23a12; --missed: #8d1533; --deadline: #a3122c;
  --arrivals: #8695a3; --role-1: #6a4fc4; --role-2: #c98100; --role-3: #0a8a78; --role-4: #b0467f;`;

const DARK = `
  --paper: #10161c; --card: #18212a; --ink: #eef2f5; --faint: #a7b4c0; --line: #31404d; --grid: #26323d;
  --good: #6ee2a1; --good-back: #143a28; --in-time: #6fb1ff; --late: #ff9a6b; --missed: #ff7c9a; --deadline: #ff8095;
  --arrivals: #7d8d9c; --role-1: #a893ff; --role-2: #f2b84b; --role-3: #45cdb6; --role-4: #f08fc0;`;

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
@media print { :root { color-scheme: light; ${LIGHT} --paper: #fff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.5 system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: clamp(20px, 4vw, 52px); }
h1 { font-size: clamp(28px, 4.4vw, 46px); line-height: 1.12; letter-spacing: -0.02em; margin: 0 0 14px; text-wrap: balance; }
h2 { font-size: 21px; margin: 0; letter-spacing: -0.01em; }
.lead { font-size: clamp(18px, 2vw, 22px); margin: 0 0 8px; max-width: 62ch; text-wrap: pretty; }
.remark, .hint, .note { color: var(--faint); margin: 4px 0 0; max-width: 92ch; }
.hint, .note { font-size: 15px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: clamp(16px, 3vw, 36px); }
.scores { margin: 28px 0 12px; }
.score { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 22px 20px; }
.score p { margin: 0; }
.score .name { font-weight: 600; font-size: 18px; }
.score .share { font-size: clamp(40px, 7vw, 76px); font-weight: 700; line-height: 1.1; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
.score.best .share { color: var(--good); }
.score .of { color: var(--faint); font-size: 16px; }
.bar { display: flex; height: 14px; margin: 14px 0 0; border-radius: 4px; overflow: hidden; gap: 2px; background: var(--card); }
.bar span { min-width: 0; }
.bar .in-time { background: var(--in-time); } .bar .missed { background: var(--missed); }
.bar .late { background: repeating-linear-gradient(135deg, var(--late) 0 6px, color-mix(in srgb, var(--late) 62%, var(--card)) 6px 9px); }
section { margin-top: 40px; }
figure { margin: 12px 0 0; min-width: 0; }
figcaption { font-weight: 600; font-size: 15px; color: var(--faint); margin: 0 0 2px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 8px 0 0; padding: 0; font-size: 15px; }
.legend li { display: flex; align-items: center; gap: 8px; }
.legend svg { width: 18px; height: 14px; flex: none; }
.tick { fill: var(--faint); } .grid { stroke: var(--grid); } .axis { stroke: var(--faint); }
.arrivals { fill: var(--arrivals); }
${[1, 2, 3, 4].map((n) => `.area.role-${n} { fill: var(--role-${n}); }`).join('\n')}
path.in-time { fill: none; stroke: var(--in-time); stroke-width: 4; stroke-linecap: round; stroke-opacity: 0.75; }
.legend path.in-time { stroke-width: 8; stroke-opacity: 1; }
path.late { fill: var(--late); fill-opacity: 0.8; }
path.missed { fill: none; stroke: var(--missed); stroke-width: 1.5; }
.deadline { stroke: var(--deadline); stroke-width: 1.6; stroke-dasharray: 6 4; }
.deadline-name { fill: var(--deadline); font-weight: 600; stroke: var(--paper); stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 12px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 4px; }
thead th { color: var(--faint); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; white-space: normal; }
td.best { background: var(--good-back); color: var(--good); font-weight: 700; }
td.best::after { content: ' ✓'; }
td:not(.best)::after { content: ' ✓'; visibility: hidden; }
.series td::after { content: none; }
.series { font-size: 14px; } .series th, .series td { padding: 3px 10px; }
.scroll { overflow-x: auto; } .scroll:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid var(--in-time); outline-offset: 3px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 22px; margin: 12px 0 0; }
dt { color: var(--faint); } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; overflow-x: auto; font: 15px/1.5 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 600; } details { margin-top: 14px; }
footer { margin-top: 48px; color: var(--faint); font-size: 15px; }
@media (max-width: 720px) {
  body { font-size: 16px; }
  .charts .pair { grid-template-columns: 1fr; gap: 6px; }
  .scores { gap: 12px; } .score { padding: 12px 14px 14px; } .score .name, .score .of { font-size: 15px; }
  th, td { padding: 7px 6px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
}
@media print {
  body { font-size: 11pt; } main { max-width: none; padding: 0; }
  section, .score, figure { break-inside: avoid; } section { margin-top: 22px; }
  .bar span, td.best { print-color-adjust: exact; -webkit-print-color-adjust: exact; } details { display: none; }
}
`;
