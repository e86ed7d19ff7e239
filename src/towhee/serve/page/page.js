// The page: what is chosen, what is sent, and what is shown of the answer.

const TOPK = 12;
const MOST_SHOWN = 20000;
const FIRST_NUMBERS = 8;
const EVERY = 2000;
const MINUTE = 60000;
const SCORES = { cosine: 'cosine', IP: 'inner product', L2: 'distance' };

let pipelines = [];
let collections = [];
let fields = [];
let running = new AbortController();
let query = null;  // what is searched for: {vector} or {key}, and its name
let copied = '';

const chosen = () => pipelines.find(each => each.id === $('pipeline').value);
const collection = () => collections.find(each => each.id === $('collection').value);

function say(text, isBad = false) {
  $('said').textContent = text;
  $('said').classList.toggle('bad', isBad);
}

// Run something; what it began before is given up, and what goes wrong is said.
async function doing(what, text) {
  running.abort();
  const mine = running = new AbortController();
  say(text);
  try {
    await what(mine.signal);
    if (mine === running) say('');
  } catch (error) {
    if (mine === running) say(error.message, true);
  }
}

function choose() {
  const about = chosen();
  $('summary').textContent = about.summary ?? 'It is not loaded.';
  const files = about.files ?? [];
  fields = (about.inputs ?? []).map(name => files.includes(name)
    ? fileField(name, about.data, () => { if (fields.length === 1) run(); })
    : textField(name, about.data, run));
  $('fields').replaceChildren(...fields.map(each => each.place));
  const isOneFile = fields.length === 1 && fields[0].isFile;
  $('run').hidden = isOneFile || !fields.length;
  $('result').hidden = $('found').hidden = true;
  const own = collections.find(each => each.model === about.id);
  if (own) $('collection').value = own.id;
  say('');
}

function run() {
  return doing(async signal => {
    const { id } = chosen();
    $('result').hidden = $('found').hidden = true;
    const path = `v1/pipelines/${id.split('/').map(encodeURIComponent).join('/')}`;
    const answer = await call(path, { method: 'POST', signal, ...bodyOf(fields) });
    const { result } = await answer.json();
    const isVector = Array.isArray(result) && result.length > 1
      && result.every(each => typeof each === 'number');
    showResult(result, isVector);
    if (!isVector || !collections.length) return;
    const [file] = fields.filter(each => each.isFile).map(each => each.file);
    query = { vector: result, name: 'this input', model: id, file };
    await search(signal);
  }, 'Working …');
}

function showResult(result, isVector) {
  copied = JSON.stringify(result);
  const pretty = isVector ? '' : JSON.stringify(result, null, 1);
  $('result-title').textContent = isVector ? `A vector of ${result.length} numbers` : 'Result';
  $('numbers').textContent = isVector
    ? `${result.slice(0, FIRST_NUMBERS).join(', ')}${result.length > FIRST_NUMBERS ? ', …' : ''}`
    : pretty.length > MOST_SHOWN ? `${pretty.slice(0, MOST_SHOWN)} …` : pretty;
  $('copy').textContent = 'Copy';
  $('result').hidden = false;
}

async function search(signal) {
  const where = collection();
  if (query.model && where.model && where.model !== query.model) {
    throw new Error(`${where.id} holds vectors of ${where.model}: choose that pipeline to search it.`);
  }
  const { vector, key } = query;
  const asked = { vector, key, topk: TOPK, collection: where.id, pictures: true };
  const { results } = await post('v1/search', asked, signal);
  $('found-title').textContent = `Nearest to ${query.name} in ${where.id}`;
  $('neighbours').replaceChildren(...results.map(each => card(each, where)));
  $('found').hidden = false;
}

function card({ key, score, payload, picture }, where) {
  const row = element('li', '');
  const button = element('button', 'card');
  const name = String(key).split('?')[0].split('/').filter(Boolean).pop() ?? String(key);
  const image = picture ? element('img', '') : element('span', 'none', 'no picture');
  if (picture) {
    image.alt = '';
    image.src = picture;
  }
  button.type = 'button';
  button.title = String(key);
  button.append(image, element('span', '', name));
  button.append(element('span', 'about', `${SCORES[where.metric]} ${score.toFixed(4)}`));
  for (const [column, value] of Object.entries(payload).slice(0, 4)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    button.append(element('span', 'about', `${column}: ${text.slice(0, 200)}`));
  }
  button.onclick = () => doing(async signal => {
    query = { key, name };
    $('result').hidden = true;
    await search(signal);
    $('found-title').scrollIntoView({ block: 'nearest' });
    $('neighbours').querySelector('button')?.focus();
  }, 'Searching …');
  row.append(button);
  const maker = pipelines.find(each => each.id === where.model);
  if (maker?.explains && picture && (query.file || query.key)) {
    const why = element('button', '', 'Why?');
    why.type = 'button';
    why.setAttribute('aria-label', `Why does ${name} match?`);
    why.onclick = () => doing(signal => explain(key, name, where, signal), 'Looking for what matches …');
    row.append(why);
  }
  return row;
}

function dataOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error('The file cannot be read any more.'));
    reader.readAsDataURL(file);
  });
}

async function explain(found, name, where, signal) {
  const one = query.file ? { input: await dataOf(query.file) } : { key: query.key };
  const asked = { found, collection: where.id, ...one };
  const { pictures, similarity, method } = await post('v1/explain', asked, signal);
  $('why-title').textContent = `What ${query.name} and ${name} have in common`;
  $('why-said').textContent = `Lighter is more of it. Cosine ${similarity.toFixed(4)}, by ${method}.`;
  $('why-pictures').replaceChildren(...pictures.map((src, place) => {
    const image = element('img', '');
    image.alt = place ? name : query.name;
    image.src = src;
    return image;
  }));
  $('why').showModal();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(copied);
    $('copy').textContent = 'Copied';
  } catch {  // addresses other than https and this machine have no clipboard
    $('numbers').textContent = copied;
    getSelection().selectAllChildren($('numbers'));
    $('copy').textContent = 'Selected: copy it with Ctrl+C';
  }
}

const readings = [];

async function measure() {
  if (document.hidden || $('ask-key').open) return;
  let text;
  try {
    text = await (await call('metrics', { isQuiet: true })).text();
  } catch {
    return;  // whatever is asked for next says why
  }
  const now = { time: performance.now(), samples: samples(text) };
  while (readings.length && now.time - readings[0].time > MINUTE) readings.shift();
  readings.push(now);
  const first = readings[0];
  const seconds = Math.max(now.time - first.time, EVERY) / 1000;
  const figures = Object.entries(figuresOf(now.samples, first.samples, seconds));
  $('figures').replaceChildren(...figures.map(([name, value]) => {
    const both = element('div', '');
    both.append(element('dt', '', name), element('dd', '', String(value)));
    return both;
  }));
}

function fileOf(data) {
  return [...(data?.files ?? [])][0];
}

function takeFile(event) {
  const file = fileOf(event.clipboardData ?? event.dataTransfer);
  const over = fields.find(each => each.isFile && each.place.contains(event.target));
  const free = fields.find(each => each.isFile && !each.file) ?? fields.find(each => each.isFile);
  for (const each of fields) each.place.classList.remove('over');
  if (!file) return;
  event.preventDefault();
  if (over ?? free) (over ?? free).take(file);
  else if (fields.length) say('This pipeline takes text, not files.', true);
}

async function start() {
  const listed = async path => (await (await call(path)).json()).data;
  pipelines = await listed('v1/models');
  collections = await listed('v1/collections');
  const options = all => all.map(({ id }) => new Option(id, id));
  $('pipeline').replaceChildren(...options(pipelines));
  $('collection').replaceChildren(...options(collections));
  $('where').hidden = !collections.length;
  choose();
  await measure();
  setInterval(measure, EVERY);
}

$('form').onsubmit = event => { event.preventDefault(); run(); };
$('pipeline').onchange = choose;
$('collection').onchange = () => { if (query && !$('found').hidden) doing(search, 'Searching …'); };
$('copy').onclick = copy;
document.addEventListener('paste', takeFile);
document.addEventListener('dragover', event => event.preventDefault());
document.addEventListener('drop', event => { event.preventDefault(); takeFile(event); });
start().catch(error => say(error.message, true));
