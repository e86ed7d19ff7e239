// Calls of the service, with an API key where it asks for one. The key is forgotten with the tab.

const KEY = 'towhee-api-key';
const $ = id => document.getElementById(id);

let asking = null;

function keyOfUser(said) {
  asking ??= new Promise((resolve, reject) => {
    const dialog = $('ask-key');
    $('key-said').textContent = said;
    $('key').value = '';
    dialog.returnValue = '';
    dialog.addEventListener('close', () => {
      asking = null;
      const key = $('key').value.trim();
      if (dialog.returnValue !== 'use' || !key) {
        reject(new Error('Without an API key the server does not answer.'));
        return;
      }
      sessionStorage.setItem(KEY, key);
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function words(answer) {
  try {
    return (await answer.json()).error.message;
  } catch {
    return `The server answered ${answer.status} ${answer.statusText}.`;
  }
}

// Any answer of 200; an Error in words for others. A quiet call asks the user for nothing.
async function call(path, { isQuiet = false, ...options } = {}) {
  for (;;) {
    const headers = new Headers(options.headers);
    const key = sessionStorage.getItem(KEY);
    if (key && /^[\x21-\x7e]+$/.test(key)) headers.set('Authorization', `Bearer ${key}`);
    let answer;
    try {
      answer = await fetch(path, { ...options, headers, credentials: 'omit' });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Error('The server does not answer, or ended the connection.');
    }
    if (answer.ok) return answer;
    if (answer.status !== 401 || isQuiet) throw new Error(await words(answer));
    const isKeyNew = sessionStorage.getItem(KEY) !== key;  // given while this call was under way
    if (!isKeyNew) await keyOfUser(await words(answer));
  }
}

async function post(path, value, signal) {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await call(path, { method: 'POST', headers, body: JSON.stringify(value), signal });
  return answer.json();
}
