// A field for each input of a pipeline: a place for files, or for text.

const MAX_BODY = Number(document.body.dataset.maxBody);
const KINDS = { image: 'an image', audio: 'a sound', video: 'a video' };

function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;  // never as HTML: names and texts are anyone's
  return made;
}

function fileField(name, kind, onFile) {
  const place = element('div', 'drop');
  const label = element('label', 'choose', 'Choose a file');
  const input = element('input', 'unseen');
  const preview = element('img', '');
  const shown = element('span', 'name');
  input.type = 'file';
  if (kind in KINDS) input.accept = `${kind}/*`;
  preview.alt = '';
  preview.hidden = true;
  preview.onload = preview.onerror = event => {
    URL.revokeObjectURL(preview.src);
    preview.hidden = event.type === 'error';
  };
  label.append(input);
  const said = element('span', '', `Drop ${KINDS[kind] ?? 'a file'} here, paste it, or`);
  place.append(preview, said, label, shown);
  const field = { name, file: null, place, isFile: true };
  field.take = file => {
    field.file = file;
    shown.textContent = file.name;
    preview.hidden = true;
    if (file.type.startsWith('image/')) preview.src = URL.createObjectURL(file);
    onFile();
  };
  input.onchange = () => { if (input.files.length) field.take(input.files[0]); };
  place.ondragover = () => place.classList.add('over');
  place.ondragleave = () => place.classList.remove('over');
  return field;
}

function textField(name, kind, submit) {
  const place = element('label', '', name === 'input' ? 'Text' : name);
  const input = element('textarea', '');
  input.onkeydown = event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
  };
  place.append(input);
  const value = () => {
    if (kind !== 'any') return input.value;
    try {
      return JSON.parse(input.value);  // what takes anything may want a number
    } catch {
      return input.value;
    }
  };
  return { name, place, value, isFile: false, input };
}

// The body of a request and its headers.
function bodyOf(fields) {
  if (!fields.some(each => each.isFile)) {
    const given = Object.fromEntries(fields.map(each => [each.name, each.value()]));
    const input = fields.length === 1 ? given[fields[0].name] : given;
    return { body: JSON.stringify({ input }), headers: { 'Content-Type': 'application/json' } };
  }
  const form = new FormData();
  for (const each of fields) {
    if (each.isFile && !each.file) throw new Error('Choose a file first.');
    if (each.isFile && each.file.size > MAX_BODY)
      throw new Error(`The file has ${megabytes(each.file.size)}; the server takes at most `
        + `${megabytes(MAX_BODY)}.`);
    form.append(fields.length === 1 ? 'input' : each.name, each.isFile ? each.file : each.value());
  }
  return { body: form };
}

function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toPrecision(3) * 1} MiB`;
}
