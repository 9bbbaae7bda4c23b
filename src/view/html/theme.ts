const LIGHT = {
  bg: '#f4f5f8',
  card: '#ffffff',
  ink: '#151922',
  soft: '#505a6b',
  line: '#dde2ea',
  wash: '#eef1f6',
  allowed: '#2166b0',
  refused: '#b8430f',
  shadow: '#6a47b5',
  good: '#1a7343',
  warn: '#855600',
  focus: '#0b57d0',
};

const DARK: typeof LIGHT = {
  bg: '#0d1117',
  card: '#161b23',
  ink: '#e9edf3',
  soft: '#a4afbe',
  line: '#2c3542',
  wash: '#1e2530',
  allowed: '#5da5ef',
  refused: '#f18d4f',
  shadow: '#b39bfb',
  good: '#4fc68d',
  warn: '#e2b544',
  focus: '#8ab4f8',
};

const variables = (colours: typeof LIGHT): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

/** The style sheet of the page: both themes, chosen by the reader's system or by the switch, and paper. */
export const STYLE = `
:root{color-scheme:light;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${variables(DARK)}}}
:root[data-theme=dark]{color-scheme:dark;${variables(DARK)}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
.page{max-width:1160px;margin:0 auto;padding:28px 24px 48px}
h1,h2,h3,p,dl,dd,ul,figure{margin:0;padding:0}
h1{font-size:26px;line-height:1.2;letter-spacing:-.01em}
h2{font-size:17px;letter-spacing:-.005em}
h3{font-size:13.5px;font-weight:600}
a{color:var(--allowed)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
button{font:inherit;font-size:13px;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:7px;padding:4px 11px;cursor:pointer}
button:hover{background:var(--wash)}
.soft{color:var(--soft)}.small{font-size:13px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.top{display:flex;gap:16px;justify-content:space-between;align-items:flex-start}
.top .soft{margin-top:4px}
.facts{display:flex;flex-wrap:wrap;gap:3px 22px;margin:10px 0 0;font-size:13px;color:var(--soft)}
.facts div{display:flex;gap:7px;min-width:0}.facts dt{flex:none}.facts dd{color:var(--ink);overflow-wrap:anywhere;min-width:0}
nav{margin:18px 0 20px}nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;font-size:13.5px}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin-bottom:16px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px 12px}
.tile dt{font-size:13px;color:var(--soft)}
.tile .big{font-size:clamp(20px,2.3vw,27px);font-weight:650;letter-spacing:-.02em;line-height:1.25}
.tile .note{font-size:12.5px;color:var(--soft)}
.tile.allowed .big{color:var(--allowed)}.tile.refused .big{color:var(--refused)}.tile.shadow .big{color:var(--shadow)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px 16px;margin-bottom:16px}
.card>h2{margin-bottom:2px}.card>.lead{color:var(--soft);font-size:13px;margin-bottom:12px}
.advice{list-style:none;display:grid;gap:14px}
.advice li{display:grid;grid-template-columns:64px 1fr;gap:2px 12px}
.badge{align-self:start;justify-self:start;margin-top:2px;font-size:12px;font-weight:600;border:1px solid currentColor;border-radius:20px;padding:0 9px}
.act{color:var(--refused)}.plan{color:var(--warn)}.consider{color:var(--soft)}
.advice h3{font-size:15px}.advice .text{min-width:0}.advice p{color:var(--soft);font-size:13.5px}
code{font:12.5px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.command{display:block;margin-top:6px;background:var(--wash);border-radius:7px;padding:6px 11px;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
.plot{position:relative}
.bar-top{display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;justify-content:space-between;margin-bottom:8px}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px;color:var(--soft);list-style:none}
.legend i{display:inline-block;width:14px;height:9px;border-radius:2px;margin-right:7px;background:var(--c)}
.legend .line i{height:0;border-top:2px dashed var(--c);background:none;vertical-align:3px}
.legend .faint i{opacity:.35}
.tools{display:flex;gap:5px}.tools button{min-width:32px;padding:3px 9px}
.stage{position:relative;cursor:crosshair;touch-action:pan-y;user-select:none;border-radius:6px}
.panel{position:relative;height:var(--h);margin-top:18px;border-bottom:1px solid var(--soft);background:linear-gradient(var(--line) 1px,transparent 1px) 0 0/100% 50%}
.panel svg{position:absolute;inset:0;width:100%;height:100%;overflow:hidden}
.panel .most{position:absolute;top:-18px;left:0;font-size:12px;color:var(--soft)}
.panel .name{position:absolute;top:-18px;right:0;font-size:12px;color:var(--soft)}
.area{fill:var(--c);stroke:none}.band{fill:var(--c);opacity:.22;stroke:none}
.stroke{fill:none;stroke:var(--c);stroke-width:1.75;vector-effect:non-scaling-stroke}
.dashed{stroke-dasharray:4 4}
.c-allowed{--c:var(--allowed)}.c-refused{--c:var(--refused)}.c-shadow{--c:var(--shadow)}.c-before{--c:var(--soft)}
.ticks{position:relative;height:20px;font-size:12px;color:var(--soft)}
.ticks span{position:absolute;top:3px;transform:translateX(-50%);white-space:nowrap}
.cursor,.brush{position:absolute;top:0;bottom:0;pointer-events:none;display:none}
.cursor{width:0;border-left:1.5px solid var(--ink)}
.brush{background:var(--focus);opacity:.16}
.readout{min-height:21px;font-size:13px;margin-top:2px}
details{margin-top:8px;font-size:13.5px}summary{cursor:pointer;color:var(--soft);width:max-content;max-width:100%}
.scroll{position:relative;overflow:auto;max-height:420px;margin-top:8px}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:12.5px;white-space:nowrap;vertical-align:bottom}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
tbody th{color:var(--ink);font-size:13.5px;white-space:normal;min-width:120px}
.w{white-space:nowrap}.e{min-width:150px}
.n{text-align:right;white-space:nowrap}
.scroll thead th{position:sticky;top:0;background:var(--card)}
td bdi,th bdi{overflow-wrap:anywhere}
.key,#keys th[scope=row]{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;white-space:pre-wrap;min-width:160px}
.under{display:block;min-width:190px;font-weight:400;font-size:12.5px;color:var(--soft)}
.meter{min-width:90px;width:18%}
.meter i{display:block;margin-top:5px;height:9px;border-radius:2px;background:var(--c);width:var(--w);min-width:2px}
.meter i[data-none]{min-width:0}
.trend{width:130px;height:26px;display:block}
.bad{color:var(--refused);font-weight:600}.ok{color:var(--good);font-weight:600}.so{color:var(--warn);font-weight:600}
.heats{position:relative;display:grid;gap:20px}
.heat{table-layout:fixed;border-collapse:separate;border-spacing:2px;font-size:11.5px}
.heat th{border:0;padding:0;font-weight:400;font-size:11.5px;color:var(--soft);text-align:left}
.heat thead th{overflow:visible}.heat thead th:first-child{width:38px}.heat tbody th{min-width:0;vertical-align:middle;font-size:12px;color:var(--soft)}
.heat td{position:relative;height:25px;padding:0;vertical-align:middle;border:0;border-radius:3px;background:var(--wash);text-align:center}
.heat td::before{content:"";position:absolute;inset:0;border-radius:3px;background:var(--c);opacity:var(--a,0)}
.heat td.none{background:none}
.heat b{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);font-weight:500}
.numbers .heat b{position:relative;width:auto;height:auto;clip-path:none;overflow:visible;font-size:10px}
.numbers .heat td::before{opacity:calc(var(--a,0)*.3)}
.heat td:hover{outline:2px solid var(--ink)}
.tip{position:fixed;z-index:9;pointer-events:none;background:var(--ink);color:var(--bg);font-size:12.5px;padding:3px 9px;border-radius:6px;display:none}
.tenths{display:flex;gap:2px;align-items:flex-end;height:26px;width:150px}
.tenths i{flex:1;background:var(--allowed);height:var(--w);min-height:1px}
.tenths i:nth-child(n+10){background:var(--refused)}
.strip{position:relative;height:12px;margin-top:4px;background:var(--wash);border-radius:3px;min-width:180px;overflow:hidden}
.strip i{position:absolute;top:0;bottom:0;left:var(--l);width:var(--w);min-width:2px;background:var(--refused)}
.act-on{margin-bottom:10px}
.find{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin:2px 0 8px}
.find input{font:inherit;font-size:13.5px;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:7px;padding:3px 10px;min-width:230px}
.warnings{border-left:3px solid var(--warn);padding:2px 0 2px 12px;margin:0 0 16px;list-style:none;font-size:13.5px}
footer{font-size:12.5px;color:var(--soft);margin-top:20px}
[hidden]{display:none!important}
html:not(.js) .js-only{display:none}
@media (max-width:640px){.page{padding:18px 12px}.card{padding:14px 13px}.card{overflow-x:auto}.advice li{grid-template-columns:1fr}.heat td{height:20px}.heat thead th:first-child{width:30px}.heat{border-spacing:1px}}
@media print{
:root,:root[data-theme=dark],:root:not([data-theme=light]){color-scheme:light;${variables(LIGHT)};--bg:#fff}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:12px}.page{max-width:none;padding:0}nav,.tools,.find,.readout,.switch,details:not([open]),.js-only{display:none!important}
.card,.tile{break-inside:avoid;border-color:#bbb}.card.long{break-inside:auto}tr,li{break-inside:avoid}.scroll{max-height:none;overflow:visible}
thead{display:table-header-group}
th,td,tbody th{min-width:0;white-space:normal;padding-right:8px;font-size:11px}.under,.strip{min-width:0}.meter{width:44px;min-width:20px}.trend{width:70px}.tile .big{font-size:19px}.tiles{grid-template-columns:repeat(5,1fr)}.tile{padding:9px 10px}.heat td{height:18px}}
`;
