"""How a report looks."""

STYLE = """
:root { --s0: #2a6f97; --s1: #c0492b; --s2: #3d7f4f; --s3: #8251a5; --s4: #96690a; --s5: #c04a80;
  --s6: #1f8583; --s7: #63696f; --good: #2f7d46; --bad: #b4332a; }
@media (prefers-color-scheme: dark) { :root { --s0: #6cb4d9; --s1: #f08b6f; --s2: #82c891;
  --s3: #c39be0; --s4: #e2b63c; --s5: #f29bbf; --s6: #6fd0cd; --s7: #a9afb7; --good: #82c891;
  --bad: #f2877c; } }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
a { color: inherit; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1rem; padding: 0;
  list-style: none; }
nav a { display: inline-block; padding: .375rem 0; color: var(--soft); }
main > section { padding: 1.75rem 0; border-top: 1px solid var(--line); }
h2 { margin: 0 0 1rem; font-size: 1.25rem; font-weight: 600; line-height: 1.3; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
p { margin: .5rem 0; max-width: 45rem; overflow-wrap: anywhere; }
.soft, figcaption small { color: var(--soft); }
.verdict { font-size: 1.25rem; }
.verdict strong { font-variant-numeric: tabular-nums; }
.warnings { margin: 0 0 1rem; padding: .75rem 1rem; border-left: 4px solid var(--mark);
  background: var(--frame); list-style: none; overflow-wrap: anywhere; }
.warnings li + li { margin-top: .5rem; }
.scroll { max-width: 100%; overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
tbody th { color: var(--ink); font-weight: 400; min-width: 6rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
summary { padding: .5rem 0; cursor: pointer; color: var(--soft); }
.charts { display: grid; gap: 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
figure { margin: 0; min-width: 0; }
.chart { max-width: 40rem; }
figcaption { margin-bottom: .375rem; font-size: .875rem; line-height: 1.4;
  overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--soft); font: 12px system-ui, -apple-system, "Segoe UI", sans-serif;
  font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); } .base { stroke: var(--soft); stroke-dasharray: 5 4; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.mat { min-width: 20rem; } .mat .ink { fill: var(--ink); } .mat .on { fill: var(--page); }
.mat .right { fill: var(--s0); } .mat .wrong { fill: var(--s1); }
.mat .none { fill: var(--frame); }
.legend { display: flex; flex-wrap: wrap; gap: .125rem 1rem; margin: .375rem 0 0; padding: 0;
  list-style: none; font-size: .8125rem; }
.legend svg { display: inline-block; width: 14px; height: 14px; margin-right: .375rem;
  vertical-align: -2px; }
.pictures { display: grid; gap: 1rem .75rem; margin: 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); }
.pictures figcaption { margin: .375rem 0 0; font-size: .8125rem; }
figcaption small { display: block; }
.pictures.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); }
.plain { padding: .5rem; border-radius: 10px; background: var(--frame); }
.right-one .frame, .right-one .plain { outline: 2px solid var(--good); outline-offset: 2px; }
.wrong-one .frame, .wrong-one .plain { outline: 2px dashed var(--bad); outline-offset: 2px; }
.query { display: grid; gap: .5rem 1.5rem; grid-template-columns: 8rem minmax(0, 1fr);
  padding: 1rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
.query h3 { margin: .5rem 0 .375rem; }
@media (max-width: 40rem) { .query { grid-template-columns: minmax(0, 1fr); }
  .query > figure { width: 8rem; } }
""" + "".join(
    f".s{number} {{ stroke: var(--s{number}); }} .f{number} {{ fill: var(--s{number}); }}\n"
    for number in range(8)
)
