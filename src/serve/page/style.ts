/** Colours are given twice, for light and dark; every pair of text and ground has a contrast of 4.5 or more. */
const COLOURS = {
  light: `--ground:#f5f6f8;--card:#fff;--line:#dde1e7;--soft:#eceff3;--text:#15191f;--dim:#555e6b;--link:#0b57c2;
--bad:#b3201a;--bad-soft:#fdeceb;--warn:#8a5300;--warn-soft:#fdf3df;--good:#12703a;--good-soft:#e5f5eb;--cool:#5b3fb5;--cool-soft:#efebfb;
--bar-bad:#d6403a;--bar-warn:#d98b0b;--bar-good:#2e9e5b;--bar-cool:#7c62d6;--shadow:0 1px 2px rgb(20 30 50/.06),0 4px 16px rgb(20 30 50/.05)`,
  dark: `--ground:#0e1116;--card:#161b22;--line:#2b323c;--soft:#20262f;--text:#e8ecf1;--dim:#9aa5b3;--link:#79b0ff;
--bad:#ff8f88;--bad-soft:#3a1a1b;--warn:#f0b94d;--warn-soft:#352711;--good:#66d193;--good-soft:#12301f;--cool:#b7a3ff;--cool-soft:#271f44;
--bar-bad:#e5534b;--bar-warn:#d29922;--bar-good:#3fa266;--bar-cool:#8a70e0;--shadow:0 1px 2px rgb(0 0 0/.4)`,
};

export const STYLE = `:root{color-scheme:light dark;${COLOURS.light}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${COLOURS.dark}}}
:root[data-theme=dark]{color-scheme:dark;${COLOURS.dark}}
:root[data-theme=light]{color-scheme:light}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--ground);color:var(--text);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:17px;margin:0;letter-spacing:-.01em}h2{font-size:14px;margin:0;font-weight:650}
a{color:var(--link)}code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
.dim{color:var(--dim)}.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px}.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 12px;z-index:9;border-radius:6px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.bar{position:sticky;top:0;z-index:3;display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;justify-content:space-between;padding:10px 20px;background:var(--card);border-bottom:1px solid var(--line)}
.who,.live{display:flex;gap:10px;align-items:center;min-width:0;flex-wrap:wrap}#store{overflow-wrap:anywhere}
.chip,.state{display:inline-block;border-radius:999px;padding:1px 9px;font-size:12px;font-weight:600;background:var(--soft);white-space:nowrap}.chip:empty{display:none}
button{font:inherit;font-size:13px;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:7px;padding:4px 11px;cursor:pointer}
button:hover{background:var(--soft)}button[aria-pressed=true]{background:var(--text);border-color:var(--text);color:var(--card)}
button.primary{background:var(--link);border-color:var(--link);color:var(--card);font-weight:600}
.pulse{display:inline-flex;align-items:center;gap:7px;min-width:11ch;color:var(--dim);font-size:13px}
.pulse i{width:9px;height:9px;border-radius:50%;background:var(--dim)}
.pulse[data-state=live] i{background:var(--bar-good);animation:beat 2s infinite}.pulse[data-state=lost] i{background:var(--bar-bad)}.pulse[data-state=lost]{color:var(--bad);font-weight:600}
@keyframes beat{0%{box-shadow:0 0 0 0 color-mix(in srgb,var(--bar-good) 55%,transparent)}60%,100%{box-shadow:0 0 0 7px transparent}}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
main{max-width:1360px;margin:0 auto;padding:16px 20px 8px;display:grid;gap:16px}#content{display:grid;gap:16px}#content.old .card,#content.old .tile{border-style:dashed;box-shadow:none}#content.old .track i,#content.old .state{filter:grayscale(.75)}
.banner{background:var(--bad);color:var(--card);border-radius:12px;padding:11px 16px;overflow-wrap:anywhere;margin:0;position:sticky;top:58px;z-index:2;box-shadow:var(--shadow)}.banner small{display:block;font-size:12.5px}.banner a{color:inherit}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);min-width:0;overflow:hidden}
.head{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center;padding:12px 16px}.head h2:focus{outline:none}
.tools{display:flex;flex-wrap:wrap;gap:8px;margin-left:auto;align-items:center}.states{display:flex;gap:5px;flex-wrap:wrap}.states button{padding:2px 9px;border-radius:999px;font-size:12px}
input{font:inherit;color:var(--text);background:var(--ground);border:1px solid var(--line);border-radius:7px;padding:5px 10px;min-width:0}
input::placeholder{color:var(--dim);opacity:1}.search input{width:210px;max-width:100%}
.sign-in{max-width:560px;padding:20px 22px;margin:6vh auto 0;width:100%}.sign-in p{color:var(--dim)}.sign-in code{white-space:nowrap}.sign-in label{display:block;font-weight:600;margin-bottom:6px}.row{display:flex;gap:8px}.row input{flex:1}.error{color:var(--bad)!important}
.alerts{border:1px solid var(--bad);background:var(--bad-soft);border-radius:12px;padding:12px 16px}.alerts h2{color:var(--bad)}
.alerts ul{list-style:none;margin:8px 0 0;padding:0;display:grid;gap:8px 28px;grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr))}.alerts li{display:grid;grid-template-columns:auto 1fr;gap:2px 10px;overflow-wrap:anywhere}.alerts li code{grid-column:2;color:var(--dim)}
.alerts li::before{content:"▲";color:var(--bad);font-size:11px;line-height:20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);padding:11px 15px;border-left:4px solid var(--line)}
.tile b{display:block;font-size:25px;line-height:1.2;font-weight:650;letter-spacing:-.02em}.tile span{color:var(--dim);font-size:12.5px}
.tile.bad{border-left-color:var(--bar-bad)}.tile.bad b{color:var(--bad)}.tile.warn{border-left-color:var(--bar-warn)}.tile.warn b{color:var(--warn)}.tile.good{border-left-color:var(--bar-good)}
.scroll{overflow-x:auto}.scroll:focus-visible{outline-offset:-2px}
table{width:100%;border-collapse:collapse}caption{text-align:left}
th{text-align:left;font-size:12px;font-weight:600;color:var(--dim);padding:6px 16px;background:var(--soft);white-space:nowrap;border-block:1px solid var(--line)}
td{padding:7px 16px;border-bottom:1px solid var(--line);vertical-align:middle;white-space:nowrap}tr:last-child td{border-bottom:0}
th.num,td.num{text-align:right}td.key{white-space:normal;overflow-wrap:anywhere;min-width:190px;max-width:460px}td.words{white-space:normal;min-width:180px}
tbody tr:hover td{background:color-mix(in srgb,var(--soft) 55%,transparent)}
.sub{display:block;color:var(--dim);font-size:12px;font-weight:400;font-family:inherit}
.state.limited,.state.blocked,.state.open,.state.expired,.state.unreadable,.state.none,.state.reauthorise,.state.dead{background:var(--bad-soft);color:var(--bad)}
.state.near,.state.half-open,.state.suspect,.state.not-yet,.state.refresh-now,.state.refresh-soon{background:var(--warn-soft);color:var(--warn)}
.state.ok,.state.closed,.state.valid,.state.leads{background:var(--good-soft);color:var(--good)}
.state.shadow-limited,.state.exempt{background:var(--cool-soft);color:var(--cool)}
.meter{display:grid;grid-template-columns:clamp(56px,9vw,130px) auto;gap:10px;align-items:center;justify-content:start}
.track{height:8px;border-radius:5px;background:var(--soft);overflow:hidden;display:flex;box-shadow:inset 0 0 0 1px color-mix(in srgb,var(--line) 70%,transparent)}
.track i{display:block;height:100%;width:0;transition:width .35s ease;background:var(--bar-good)}
.track i.bad{background:var(--bar-bad)}.track i.warn{background:var(--bar-warn)}.track i.cool{background:var(--bar-cool)}
.track i.stripes{background-image:repeating-linear-gradient(135deg,rgb(255 255 255/.35) 0 3px,transparent 3px 6px)}
.empty{color:var(--dim);text-align:center;padding:26px 16px;margin:0;border-top:1px solid var(--line)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px;align-items:start}.columns:not(:has(>:not([hidden]))){display:none}
#warning-list{margin:0;padding:0 16px 14px 34px;color:var(--dim)}footer{padding:6px 20px 24px;text-align:center;font-size:12.5px}
@media (max-width:640px){.banner{position:static}.bar,main{padding-inline:12px}.tools{margin-left:0;width:100%}.search,.search input{width:100%}td,th{padding-inline:8px}.head{padding-inline:12px}td.key{min-width:120px}#keys-table :is(th,td):is(:nth-child(4),:nth-child(6)){display:none}.meter{grid-template-columns:auto}.meter .track{width:64px}.alerts{padding:10px 12px}.state{padding-inline:7px;font-size:11.5px}}
@media print{.bar{position:static}.tools,button{display:none}}
`;
