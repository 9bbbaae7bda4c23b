/** The frame of the page; style and script are put in where the comments are. */
export const DOCUMENT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>ratectl</title>
<link rel="icon" id="icon" href="data:,">
<style>/*STYLE*/</style>
</head>
<body>
<a class="skip" href="#keys-heading">Skip to the keys</a>
<header class="bar">
  <div class="who"><h1>ratectl</h1><span id="context" class="chip"></span><span id="store" class="dim mono"></span></div>
  <div class="live"><span id="pulse" class="pulse" data-state="wait"><i aria-hidden="true"></i><span id="pulse-text">connecting</span></span>
  <button id="pause" type="button" aria-pressed="false">Pause</button>
  <button id="theme" type="button">Theme: auto</button></div>
</header>
<main>
  <div id="stale" class="banner" role="alert" hidden><strong id="stale-title"></strong> <span id="stale-text"></span> <small id="stale-why"></small></div>
  <form id="sign-in" class="card sign-in" hidden>
    <h2>Sign in</h2>
    <p>This server answers only with its token: whoever started it gave it with <code>--token-file</code> or <code>RATECTL_SERVE_TOKEN</code>. It is kept until this tab is closed.</p>
    <p id="sign-in-error" class="error" role="alert" hidden>This token is not the one.</p>
    <label for="token">Token</label>
    <div class="row"><input id="token" type="password" autocomplete="off" spellcheck="false" required><button type="submit" class="primary">Show the status</button></div>
  </form>
  <noscript><p class="banner">This page needs JavaScript. The same facts: <code>ratectl status</code>, or <a href="api/rate-limit-status">JSON</a>.</p></noscript>
  <div id="content" hidden>
    <section id="alerts" class="alerts" aria-labelledby="alerts-heading" hidden><h2 id="alerts-heading">Alerts</h2><ul id="alert-list"></ul></section>
    <section class="tiles" aria-label="Overview" id="tiles"></section>
    <section class="card" aria-labelledby="keys-heading">
      <div class="head"><h2 id="keys-heading" tabindex="-1">Keys</h2><span id="keys-note" class="dim"></span>
        <div class="tools"><div id="states" class="states" role="group" aria-label="Show only"></div>
        <label class="search"><span class="sr">Filter keys</span><input id="filter" type="search" placeholder="Filter keys" autocomplete="off" spellcheck="false"></label></div></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="keys-heading"><table id="keys-table"></table></div>
      <p id="keys-empty" class="empty" hidden></p>
    </section>
    <section class="card" aria-labelledby="limits-heading"><div class="head"><h2 id="limits-heading">Limits</h2><span class="dim">requests of the last minute and hour</span></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="limits-heading"><table id="limits-table"></table></div>
      <p id="limits-empty" class="empty" hidden>No request was counted in the last hour.</p></section>
    <section class="card" id="tokens" aria-labelledby="tokens-heading" hidden><div class="head"><h2 id="tokens-heading">Tokens</h2><span id="tokens-note" class="dim"></span></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="tokens-heading"><table id="tokens-table"></table></div></section>
    <div class="columns">
      <section class="card" id="breakers" aria-labelledby="breakers-heading" hidden><div class="head"><h2 id="breakers-heading">Breakers</h2></div>
        <div class="scroll" tabindex="0" role="group" aria-labelledby="breakers-heading"><table id="breakers-table"></table></div></section>
      <section class="card" id="queues" aria-labelledby="queues-heading" hidden><div class="head"><h2 id="queues-heading">Queues</h2></div>
        <div class="scroll" tabindex="0" role="group" aria-labelledby="queues-heading"><table id="queues-table"></table></div></section>
    </div>
    <section class="card" id="pools" aria-labelledby="pools-heading" hidden><div class="head"><h2 id="pools-heading">Pools</h2><span class="dim">slots for work at the same time</span></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="pools-heading"><table id="pools-table"></table></div></section>
    <section class="card" id="degradation" aria-labelledby="degradation-heading" hidden><div class="head"><h2 id="degradation-heading">Degradation</h2><span id="degradation-note" class="dim"></span></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="degradation-heading"><table id="degradation-table"></table></div></section>
    <section class="card" id="adaptive" aria-labelledby="adaptive-heading" hidden><div class="head"><h2 id="adaptive-heading">Adaptive limits</h2></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="adaptive-heading"><table id="adaptive-table"></table></div></section>
    <section class="card" id="instances" aria-labelledby="instances-heading" hidden><div class="head"><h2 id="instances-heading">Instances</h2><span id="instances-note" class="dim"></span></div>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="instances-heading"><table id="instances-table"></table></div></section>
    <section id="warnings" class="card" aria-labelledby="warnings-heading" hidden><div class="head"><h2 id="warnings-heading">Notes</h2></div><ul id="warning-list"></ul></section>
  </div>
</main>
<footer id="foot" class="dim"></footer>
<div id="said" class="sr" role="status" aria-live="polite"></div>
<script>/*SCRIPT*/</script>
</body>
</html>
`;
