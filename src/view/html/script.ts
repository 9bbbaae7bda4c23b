/**
 * The script of the page: the theme's switch, zoom and marker of plots, values under the pointer, the search for keys. It asks nobody
 * for anything. Written for browsers, kept as text: it has no types of ours and no part in the program.
 */
export const SCRIPT = `
(function () {
'use strict';
var root = document.documentElement;
root.classList.add('js');
function each(selector, act, within) { Array.prototype.forEach.call((within || document).querySelectorAll(selector), act); }

each('.switch', function (button) {
  var media = matchMedia('(prefers-color-scheme: dark)');
  function isDark() { return root.dataset.theme ? root.dataset.theme === 'dark' : media.matches; }
  function label() { button.textContent = isDark() ? 'Light theme' : 'Dark theme'; }
  button.addEventListener('click', function () { root.dataset.theme = isDark() ? 'light' : 'dark'; label(); });
  media.addEventListener('change', label);
  label();
});

var count = new Intl.NumberFormat('en-US', {maximumFractionDigits: 1});

function plot(figure) {
  var data = JSON.parse(figure.querySelector('.plot-data').textContent);
  var stage = figure.querySelector('.stage');
  var panels = Array.prototype.slice.call(figure.querySelectorAll('.panel'));
  var ticks = figure.querySelector('.ticks');
  var cursor = figure.querySelector('.cursor');
  var brush = figure.querySelector('.brush');
  var readout = figure.querySelector('.readout');
  var total = data.panels[0][0].values.length;
  var least = Math.min(total, 4);
  var from = 0, to = total, marked = -1;
  var times = new Intl.DateTimeFormat('en-GB', {timeZone: data.zone, weekday: 'short', day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit'});
  var days = new Intl.DateTimeFormat('en-GB', {timeZone: data.zone, weekday: 'short', day: '2-digit', month: 'short'});
  function instant(step) { return (data.step >= 864e5 ? days : times).format(new Date(data.start + step * data.step)); }
  function most(series) {
    var top = 0;
    series.forEach(function (one) { for (var i = Math.floor(from); i < to; i++) top = Math.max(top, one.values[i] || 0); });
    return top;
  }
  function draw() {
    panels.forEach(function (panel, p) {
      var whole = 0;
      data.panels[p].forEach(function (one) { one.values.forEach(function (value) { whole = Math.max(whole, value); }); });
      var top = most(data.panels[p]) || whole || 1;
      var height = whole === 0 ? 1000 : 1000 * top / whole;
      panel.querySelector('svg').setAttribute('viewBox', from + ' ' + (1000 - height) + ' ' + (to - from) + ' ' + height);
      panel.querySelector('.most').textContent = count.format(Math.round(most(data.panels[p])));
    });
    ticks.textContent = '';
    var n = Math.min(Math.max(2, Math.floor(stage.clientWidth / 150)), 7, Math.ceil(to - from));
    for (var i = 0; i < n; i++) {
      var step = from + Math.floor((i + 0.5) * (to - from) / n);
      var tick = document.createElement('span');
      tick.textContent = instant(step);
      tick.style.left = 100 * (step - from) / (to - from) + '%';
      ticks.appendChild(tick);
    }
    figure.dataset.from = from; figure.dataset.to = to;
    mark(marked);
  }
  function zoom(a, b) {
    var size = Math.max(least, Math.min(total, Math.round(b - a)));
    from = Math.max(0, Math.min(total - size, Math.round(a)));
    to = from + size;
    draw();
  }
  function scale(factor, around) {
    var size = (to - from) * factor;
    if (factor > 1 && Math.round(size) === to - from) size += 1;
    var share = (around - from) / (to - from);
    zoom(around - share * size, around - share * size + size);
  }
  function mark(step) {
    marked = step < 0 ? -1 : Math.max(0, Math.min(total - 1, step));
    var seen = marked >= from && marked < to;
    cursor.style.display = seen ? 'block' : 'none';
    if (marked < 0) return;
    cursor.style.left = 100 * (marked + 0.5 - from) / (to - from) + '%';
    readout.textContent = '';
    var when = document.createElement('strong');
    when.textContent = instant(marked);
    readout.appendChild(when);
    data.panels.forEach(function (series) {
      series.forEach(function (one) {
        var value = one.values[marked];
        if (value === undefined) return;
        var text = one.below ? count.format(one.below[marked]) + ' to ' + count.format(value) : count.format(value);
        readout.appendChild(document.createTextNode(' · ' + one.name + ' ' + text));
      });
    });
  }
  function stepAt(event) {
    var box = stage.getBoundingClientRect();
    return from + Math.max(0, Math.min(0.999999, (event.clientX - box.left) / box.width)) * (to - from);
  }
  var dragged = null;
  stage.addEventListener('pointerdown', function (event) {
    if (event.button !== 0) return;
    dragged = {x: event.clientX, step: stepAt(event)};
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', function (event) {
    mark(Math.floor(stepAt(event)));
    if (!dragged) return;
    var box = stage.getBoundingClientRect();
    var left = Math.min(dragged.x, event.clientX) - box.left;
    brush.style.display = 'block';
    brush.style.left = Math.max(0, left) + 'px';
    brush.style.width = Math.min(Math.abs(event.clientX - dragged.x), box.width - Math.max(0, left)) + 'px';
  });
  stage.addEventListener('pointerup', function (event) {
    brush.style.display = 'none';
    var start = dragged;
    dragged = null;
    if (!start || Math.abs(event.clientX - start.x) < 6) return;
    var end = stepAt(event);
    zoom(Math.floor(Math.min(start.step, end)), Math.ceil(Math.max(start.step, end)));
  });
  stage.addEventListener('pointercancel', function () { dragged = null; brush.style.display = 'none'; });
  stage.addEventListener('dblclick', function () { zoom(0, total); });
  stage.addEventListener('wheel', function (event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    scale(event.deltaY < 0 ? 0.7 : 1 / 0.7, stepAt(event));
  }, {passive: false});
  function middle() { return marked >= from && marked < to ? marked + 0.5 : (from + to) / 2; }
  function move(by) { var shift = Math.max(1, Math.round((to - from) * Math.abs(by))) * (by < 0 ? -1 : 1); zoom(from + shift, to + shift); }
  var actions = {
    'in': function () { scale(0.5, middle()); },
    out: function () { scale(2, middle()); },
    left: function () { move(-0.25); },
    right: function () { move(0.25); },
    all: function () { zoom(0, total); }
  };
  each('[data-do]', function (button) { button.addEventListener('click', actions[button.dataset['do']]); }, figure);
  stage.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var step = marked < 0 ? Math.floor((from + to) / 2) : marked;
    var keys = {
      ArrowLeft: function () { if (event.shiftKey) move(-0.25); else follow(step - 1); },
      ArrowRight: function () { if (event.shiftKey) move(0.25); else follow(step + 1); },
      Home: function () { follow(0); },
      End: function () { follow(total - 1); },
      '+': actions['in'], '=': actions['in'], '-': actions.out, '0': actions.all, Escape: actions.all
    };
    if (!Object.prototype.hasOwnProperty.call(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  function follow(step) {
    var at = Math.max(0, Math.min(total - 1, step));
    if (at < from) zoom(at, at + to - from);
    if (at >= to) zoom(at + 1 - (to - from), at + 1);
    mark(at);
  }
  addEventListener('resize', draw);
  draw();
}
each('.plot', plot);

var tip = document.createElement('div');
tip.className = 'tip';
tip.setAttribute('aria-hidden', 'true');
document.body.appendChild(tip);
each('.heat', function (table) {
  table.addEventListener('mousemove', function (event) {
    var cell = event.target.closest('td');
    if (!cell || cell.classList.contains('none')) { tip.style.display = 'none'; return; }
    var hour = ('0' + (cell.cellIndex - 1)).slice(-2) + ':00';
    tip.textContent = cell.parentNode.cells[0].textContent + ' ' + hour + ': ' + cell.textContent + ' ' + table.dataset.unit;
    tip.style.display = 'block';
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = event.clientY + 16 + 'px';
  });
  table.addEventListener('mouseleave', function () { tip.style.display = 'none'; });
});
each('[data-numbers]', function (button) {
  button.addEventListener('click', function () {
    var on = button.closest('section').classList.toggle('numbers');
    button.setAttribute('aria-pressed', String(on));
  });
});

each('[data-find]', function (input) {
  var rows = Array.prototype.slice.call(document.querySelectorAll('#' + input.dataset.find + ' tbody tr'));
  var told = input.closest('.find').querySelector('[aria-live]');
  var more = input.closest('.find').querySelector('[data-more]');
  var first = Number(input.dataset.first);
  var showsAll = false;
  function show() {
    var text = input.value.toLowerCase();
    var found = 0;
    rows.forEach(function (row) {
      var fits = text === '' || row.textContent.toLowerCase().indexOf(text) >= 0;
      if (fits) found++;
      row.hidden = !fits || (!showsAll && found > first);
    });
    var seen = showsAll ? found : Math.min(first, found);
    told.textContent = count.format(seen) + ' of ' + count.format(found) + ' keys';
    if (more) more.hidden = showsAll || found <= first;
  }
  input.addEventListener('input', show);
  if (more) more.addEventListener('click', function () { showsAll = true; show(); });
  show();
});
})();
`;
