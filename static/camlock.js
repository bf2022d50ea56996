// Every page works without this file. The CSP forbids innerHTML and eval.
'use strict';
const doc = document, root = doc.documentElement;
const $ = (sel, from = doc) => from.querySelector(sel);
const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
const on = (name, act, to = doc) => to.addEventListener(name, act);
const make = (tag, facts) => Object.assign(doc.createElement(tag), facts);
const icon = (el, name) => $$('use', el).forEach(u => u.setAttribute('href', u.getAttribute('href').replace(/#.*/, '#i-' + name)));
root.classList.replace('no-js', 'js');

let saying;
const say = text => {
  $('#live').textContent = $('#toast').textContent = text;
  clearTimeout(saying);
  if (text) saying = setTimeout(say, 4000, '');
};

// Plain HTTP has no clipboard object: select, then execCommand.
const textOf = el => {
  const items = $$('li', el);
  return (items.length ? items : [el]).map(e => e.textContent.trim()).join('\n');
};
const copied = button => {
  say(`${button.dataset.copyLabel || 'Text'} copied`);
  const mark = name => { icon(button, name); button.classList.toggle('copied', name === 'check'); };
  mark('check');
  setTimeout(mark, 2000, 'copy');
};
const copySelected = (button, el, text) => {
  if (el) getSelection().selectAllChildren(el);
  let done = false;
  doc.oncopy = e => { e.clipboardData.setData('text/plain', text); e.preventDefault(); done = true; };
  doc.execCommand('copy');
  doc.oncopy = null;
  done ? copied(button) : say('Text selected: press Ctrl+C');
};
const copy = button => {
  const { copy: own, copyFrom } = button.dataset;
  const el = copyFrom ? $(copyFrom) : $$('code, .mono', button.parentNode).find(e => e.textContent.trim() === own);
  const text = own || textOf(el), old = () => copySelected(button, el, text);
  const { clipboard } = navigator;
  clipboard ? clipboard.writeText(text).then(() => copied(button), old) : old();
};
// A cell that a spreadsheet takes as text.
const cell = text => text.replace(/^[=+@-]/, "'$&").replace(/.*,.*/, '"$&"');
const download = ({ download, downloadFrom, downloadHead: head, downloadNote: note }) => {
  const texts = $$(downloadFrom).map(textOf), body = head ? `${head}\n${texts.map(cell)}\n` : `${note ? `${note}\n\n` : ''}${texts}\n`;
  const href = URL.createObjectURL(new Blob([body], { type: 'text/plain' }));
  make('a', { href, download }).click();
  setTimeout(URL.revokeObjectURL, 1000, href);
};
const showPassword = (button, shown) => {
  $(button.dataset.togglePassword).type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', shown);
  icon(button, shown ? 'eye-off' : 'eye');
};
// Into a list of the document, where the caret is; before anybody was in there, into the first one.
const insert = ({ dataset }) => {
  const to = $(dataset.insert), from = $(dataset.insertFrom), { value } = from;
  if (!value) return from.focus();
  const list = !to.entered && /"action"\s*:\s*\[\s*/.exec(to.value);
  const text = JSON.stringify(value) + (list ? ', ' : '');
  to.focus();
  if (list) to.selectionStart = to.selectionEnd = list.index + list[0].length;
  // Unlike setRangeText it can be undone.
  if (!doc.execCommand('insertText', false, text)) to.setRangeText(text, to.selectionStart, to.selectionEnd, 'end');
  from.value = '';
  say(`${value} inserted`);
};
const openDialog = (e, link) => {
  const box = doc.getElementById(link.dataset.dialog);
  if (!box || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  box.showModal(); // focus: Cancel
  box.onclose = () => link.focus();
};

on('click', e => {
  const at = sel => e.target.closest(sel);
  let el;
  for (const menu of $$('.menu[open]')) menu.open = menu.contains(e.target);
  if (at('[aria-disabled=true]')) e.preventDefault();
  else if ((el = at('[data-copy], [data-copy-from]'))) copy(el);
  else if ((el = at('[data-download]'))) download(el.dataset);
  else if ((el = at('[data-insert]'))) insert(el);
  else if (at('[data-print]')) print();
  else if ((el = at('[data-toggle-password]'))) showPassword(el, el.ariaPressed !== 'true');
  else if (at('[data-close]')) at('dialog').close();
  else if ((el = at('[data-dialog]'))) openDialog(e, el);
});
on('keydown', e => {
  const menu = e.key === 'Escape' && $('.menu[open]');
  if (menu) { menu.open = false; $('summary', menu).focus(); }
  const box = e.key === 'k' && (e.ctrlKey || e.metaKey) && $('#jump');
  if (box) { e.preventDefault(); box.offsetParent ? box.select() : location.assign('/jump'); }
});

on('focusin', e => { if (e.target.matches('textarea')) e.target.entered = true; });
$('#known-action')?.addEventListener('keydown', e => {
  if (e.key === 'Enter') { e.preventDefault(); insert($('[data-insert]')); }
});

on('submit', e => {
  const form = e.target, button = e.submitter;
  if (form.method !== 'post') return;
  if (form.sent) return e.preventDefault();
  form.sent = true;
  $$('[data-toggle-password]', form).forEach(b => showPassword(b, false));
  setTimeout(() => form.sent && button?.setAttribute('aria-busy', true), 400);
  const free = () => { form.sent = false; button?.removeAttribute('aria-busy'); };
  setTimeout(free, 15000);
  on('pageshow', free, window);
});

// 28 Nov 2026, 08:24. Within a day also 5 min ago, where that is what counts.
const said = (at, { withSeconds, thisYear }) => {
  const [, month] = at.toDateString().split(' '), year = thisYear && at.getFullYear() === new Date().getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${month}${year}, ${at.toTimeString().slice(0, withSeconds ? 8 : 5)}`;
};
const opened = Date.now();
const relative = el => {
  const s = +el.dataset.relative + (Date.now() - opened) / 1000 | 0;
  el.textContent = s < -60 ? said(new Date(el.dateTime), { thisYear: true }) : s < 0 ? '0 s ago' : s < 60 ? `${s} s ago` : s < 3600 ? `${s / 60 | 0} min ago` : s < 86400 ? `${s / 3600 | 0} h ago` : said(new Date(el.dateTime), { thisYear: true });
};
for (const el of $$('time[data-local], time[data-relative]')) {
  el.title ||= el.textContent;
  const { local } = el.dataset;
  if (local === undefined) relative(el);
  else el.textContent = said(new Date(el.dateTime), { withSeconds: local.endsWith('seconds'), thisYear: local.startsWith('listed') });
}
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (timeZone !== 'UTC' && $('time[data-local], time[data-relative]')) {
  $$('.zone').forEach(el => { el.textContent = `Times here are those of ${timeZone}, unless UTC is said.`; });
}
setInterval(() => $$('time[data-relative]').forEach(relative), 30000);

// A seed, in groups of four.
for (const el of $$('.groups')) {
  el.replaceChildren(...el.textContent.trim().match(/.{1,4}/g).map(textContent => make('span', { textContent })));
}

// Users that are ticked in a list.
const ticks = $('#selected'), all = $('#select-all');
if (all) {
  const boxes = $$('[name=uin]'), told = $('[data-selected]'), hint = told.textContent;
  const count = () => {
    const n = boxes.filter(box => box.checked).length;
    told.textContent = n ? `${n} selected` : hint;
    all.checked = n === boxes.length;
    all.indeterminate = n && !all.checked;
  };
  on('change', e => {
    if (e.target === all) boxes.forEach(box => { box.checked = all.checked; });
    if (e.target.form === ticks || e.target === all) count();
  });
  count();
}

$('.error-summary')?.focus();
$('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

const secrets = '#secret-key, #totp-secret, [data-secret]';
const blank = () => $$(secrets).forEach(el => el.replaceChildren());
on('pagehide', blank, window);
// What the browser kept may be another's by now: a page that comes back asks the server again.
on('pageshow', e => e.persisted && location.reload(), window);
const page = $('[data-secret-page]');
if (page) {
  const { seconds, back } = page.dataset, span = seconds * 1000;
  let end = Date.now() + span, warned;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) { blank(); location.replace(back); return; }
    $('[data-left]').textContent = left > 60 ? `${Math.ceil(left / 60)} minutes` : `${left} seconds`;
    if (left <= 20 && !warned) say('Hidden in 20 seconds');
    warned = left <= 20;
    setTimeout(tick, 500);
  };
  tick();
  $('[data-extend]').onclick = () => { end = Date.now() + span; say('Kept open 2 more minutes'); };
}

// Two minutes before the session ends; a page opened anywhere in it starts the time anew.
const ending = $('#session-end');
if (ending) {
  const others = new BroadcastChannel('camlock');
  let timer;
  const wait = () => {
    clearTimeout(timer);
    ending.hidden = true;
    timer = setTimeout(() => { ending.hidden = false; }, Math.max(ending.dataset.seconds - 120, 0) * 1000);
  };
  if ($('a', ending)) others.onmessage = wait;
  others.postMessage('');
  wait();
}
