// What people type, paste and open by mistake or on purpose: a clear refusal or inert text, and nothing is lost.

import { describe, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { type Person, openStage } from './stage.ts';
import { Talker } from './talker.ts';

test('markup, scripts and direction marks in names and messages are text', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person();
  const evil = '<img src=x onerror=document.title=1>';
  const link = await ann.createRoom({ name: evil });
  await bob.join(link, 'Bob\u202Egnp.exe');
  await ann.sees('Bobgnp.exe joined the chat');
  const messages = [
    '<script>document.title="owned"</script>',
    'javascript:alert(1)',
    'https://example.org/"><b onmouseover=alert(1)>',
    '**bold** & &amp; {{7*7}}',
    '\u202Eright to left\u202C and on',
    '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 e\u0301',
  ];
  for (const text of messages) await bob.send(text);
  await ann.sees(messages[0] ?? '');
  await ann.log().getByText('👩‍👩‍👧‍👦').waitFor();
  await ann.log().locator('strong').waitFor();
  expect(await ann.messages()).toEqual(messages.map((text) => text.replaceAll(/[\u202E\u202C]|\*\*/g, '')));
  expect(await ann.page.title()).not.toContain('owned');
  const anchors = await ann
    .log()
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  expect(anchors).toEqual(['https://example.org/']);
  expect(await ann.page.locator('.room img, .room script, .room b[onmouseover]').count()).toBe(0);
});

test('TEXT-3 and TEXT-4: texts and links are drawn in the order in which they are written, and lead where they read', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person();
  const link = await ann.createRoom();
  await bob.join(link);
  const messages: readonly (readonly [text: string, drawn: string, leadsTo?: string])[] = [
    ['\u202Ehttps://evil.example/moc.knab//:sptth', 'https://evil.example/moc.knab//:sptth', 'evil.example'],
    ['\u2067https://evil.example/moc.knab\u2069', 'https://evil.example/moc.knab', 'evil.example'],
    ['\u200Fhttps://evil.example/a/', 'https://evil.example/a/', 'evil.example'],
    // A host from right to left, and a path too: the path stays behind the host.
    ['https://\u05D0.\u05D1/\u05D2', 'https://\u05D1.\u05D0/\u05D2', 'xn--4db.xn--5db'],
    ['https://evil.example/\u202E3pm.exe', 'https://evil.example/3pm.exe'],
    ['song \u202E3pm.exe', 'song 3pm.exe'],
    ['https://b\u0430nk.example/a', 'https://xn--bnk-6cd.example/a', 'xn--bnk-6cd.example'],
    ['https://example.com。谢谢', 'https://example.com。谢谢', 'example.com'],
    [
      "https://en.wikipedia.example/Devil's_advocate",
      "https://en.wikipedia.example/Devil's_advocate",
      'en.wikipedia.example',
    ],
  ];
  for (const [text] of messages) await bob.send(text);
  await ann.sees(messages.at(-1)?.[0] ?? '');
  const bubbles = await ann.log().locator('.bubble').all();
  expect(bubbles.length).toBe(messages.length);
  for (const [i, [, drawn, leadsTo]] of messages.entries()) {
    expect(await bubbles[i]?.evaluate(textAsDrawn)).toBe(drawn);
    const addresses = await bubbles[i]
      ?.locator('a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    const hosts = addresses?.map((address) => new URL(address).host);
    expect(hosts).toEqual(leadsTo === undefined ? [] : [leadsTo]);
  }

  // The same where a message is shown once more.
  const [evil, drawnEvil] = messages[0] ?? expect.unreachable();
  using dee = new Talker(link, 'Dee');
  dee.room.send('an answer', { replyTo: await dee.keyOf(evil) });
  dee.room.send(`worded ${evil}`);
  dee.room.edit(await dee.keyOf(`worded ${evil}`), 'worded anew');
  dee.room.poll({ question: `which ${evil}`, options: [evil, 'none\u202E'], many: false });
  const menu = ann.page.getByRole('dialog', { name: 'Message actions' });
  const first = ann.log().locator('.bubble').first();
  await ann.log().getByRole('button', { name: drawnEvil }).waitFor();
  await ann.log().getByText(`which ${drawnEvil}`).waitFor();
  await first.click({ button: 'right', position: { x: 4, y: 4 } });
  await menu.getByText(drawnEvil).waitFor({ state: 'attached' });
  expect(await ann.page.evaluate(reorderingTexts)).toEqual([]);
  await ann.page.keyboard.press('p');
  await ann.page.getByRole('region', { name: 'Pinned messages' }).getByText(drawnEvil).waitFor();
  await first.click({ button: 'right', position: { x: 4, y: 4 } });
  await menu.getByRole('menuitem', { name: 'Reply' }).click();
  await ann.page.locator('.composer-about').getByText(drawnEvil).waitFor();
  await ann.log().getByRole('button', { name: 'Edited' }).click();
  await ann.page.getByRole('dialog').getByText(`worded ${drawnEvil}`).waitFor();
  expect(await ann.page.evaluate(reorderingTexts)).toEqual([]);
});

/** Runs in the page: texts and names in it with something that could show them in another order than they were written. */
function reorderingTexts(): readonly string[] {
  const found: string[] = [];
  const nodes = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
    found.push(node.nodeValue ?? '');
    if (node instanceof Element) found.push(...Array.from(node.attributes, ({ value }) => value));
  }
  return found.filter((text) => /[\u202A-\u202E\u2066-\u2069]/u.test(text));
}

test('TEXT-1: accents piled up without end are painted inside their bubble', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person();
  const pile = `${'\u0301'.repeat(22)}${'\u0323'.repeat(22)}`;
  const link = await ann.createRoom();
  await bob.join(link);
  for (const text of ['before', `e${pile}`, 'after']) await bob.send(text);
  await ann.sees('after');
  const bubbles = ann.log().locator('.bubble');
  const composer = ann.page.getByRole('form', { name: 'Write a message' });
  const around = [bubbles.nth(0), bubbles.nth(2), composer];
  const withPile = await picturesOf(around);
  await bubbles.nth(1).evaluate((bubble) => {
    for (const text of bubble.querySelectorAll('p')) text.style.visibility = 'hidden';
  });
  const without = await picturesOf(around);
  const blank = await ann.context.newPage();
  for (const [i, picture] of withPile.entries())
    expect(await blank.evaluate(pixelsThatDiffer, [picture, without[i] ?? ''] as const)).toBe(0);
});

/** What is painted where they are, by whatever paints there. */
async function picturesOf(elements: readonly Locator[]): Promise<readonly string[]> {
  const pictures: string[] = [];
  for (const element of elements) pictures.push((await element.screenshot()).toString('base64'));
  return pictures;
}

/** More than the edge of a round corner does from one painting to the next. */
async function pixelsThatDiffer(pictures: readonly [string, string]): Promise<number> {
  const [a = [], b = []] = await Promise.all(
    pictures.map(async (picture) => {
      const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context?.drawImage(image, 0, 0);
      return context?.getImageData(0, 0, image.width, image.height).data;
    }),
  );
  return Array.from(a).filter((value, i) => Math.abs(value - (b[i] ?? Infinity)) > 48).length;
}

test('TEXT-2: a name of nothing to see is none; such a message is not sent, and shown as empty where it comes', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person();
  const unseen = '\u200B\u3164\u0301';
  // An altered page seals what ours refuses to.
  await bob.page.addInitScript((sealed) => {
    globalThis.TextEncoder = class extends TextEncoder {
      override encode(text = '') {
        return super.encode(text === 'unseen' ? sealed : text);
      }
    };
  }, unseen);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, '\u0301');
  await ann.sees('Anonymous joined the chat');
  for (const text of [unseen, 'unseen', 'something']) await bob.send(text);
  await ann.sees('something');
  expect(await ann.messages()).toEqual(['Empty message', 'something']);
});

/** The signs in the order of their places on the screen: line by line, from left to right. */
function textAsDrawn(element: Element): string {
  const signs: { readonly sign: string; readonly top: number; readonly left: number }[] = [];
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const range = document.createRange();
    let at = 0;
    for (const sign of node.nodeValue ?? '') {
      range.setStart(node, at);
      range.setEnd(node, (at += sign.length));
      const { top, left, width } = range.getBoundingClientRect();
      if (width > 0) signs.push({ sign, top: Math.round(top), left });
    }
  }
  return signs
    .toSorted((a, b) => a.top - b.top || a.left - b.left)
    .map(({ sign }) => sign)
    .join('');
}

test('a message made to freeze its readers costs them about what letters cost, now and with each one after it', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person();
  const link = await ann.createRoom();
  await bob.join(link);
  const scriptMs = await scriptTimeOf(ann);
  const costOf = async (text: string, last: string) => {
    const before = await scriptMs();
    await bob.send(text);
    for (const more of ['and one', 'and two', last]) await bob.send(more);
    await ann.sees(last);
    return (await scriptMs()) - before;
  };
  await costOf('warm', 'warmed up');
  const letters = await costOf('a'.repeat(15_990), 'after letters');
  const brackets = await costOf(`https://a/${')'.repeat(15_900)}`, 'after brackets');
  const tabs = await costOf(`x${'\t'.repeat(15_900)}x`, 'after tabs');
  const links = await costOf('https://a/ '.repeat(1450), 'after links');
  expect(Math.max(brackets, tabs, links)).toBeLessThan(5 * letters);
});

test('a message too long says so, keeps the text, and goes out when shortened', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await ann.composer().fill('ä'.repeat(8_001));
  await ann.composer().press('Enter');
  await ann.page.getByText('too long. Shorten it').waitFor();
  expect((await ann.composer().inputValue()).length).toBe(8_001);
  expect(await ann.messages()).toEqual([]);
  await ann.composer().fill('ä'.repeat(8_000));
  await ann.composer().press('Enter');
  await ann.sees('ä'.repeat(8_000));
});

test('nothing but space is no message, and an unfinished input method sends nothing', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await ann.composer().fill('  \n ');
  await ann.composer().press('Enter');
  await ann.composer().fill('にほん');
  await ann.composer().dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  await ann.composer().dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
  expect(await ann.composer().inputValue()).toBe('にほん');
  await ann.composer().press('Enter');
  await ann.sees('にほん');
  expect(await ann.messages()).toEqual(['にほん']);
});

test('a name too long is refused where it is typed', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/');
  const card = ann.page.getByRole('form', { name: 'Create a room' });
  await card.getByLabel('Display name').fill('n'.repeat(51));
  await card.getByRole('button', { name: 'Create Shareable Link' }).click();
  await card.getByText('That name is too long').waitFor();
  await card.getByLabel('Display name').fill('n'.repeat(50));
  await card.getByRole('button', { name: 'Create Shareable Link' }).click();
  await ann.roomCreated();
});

describe('links that open nothing say why, before any request', () => {
  const KEY = '1S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4G9';

  test.each([
    ['no key', '/chat/k3F9ab', 'This link is missing its key'],
    ['a key cut short', `/chat/k3F9ab#${KEY.slice(0, -3)}`, 'This link is damaged'],
    ['one letter changed', `/chat/k3F9ab#${KEY.replace('J', 'K')}`, 'This link is damaged'],
    [
      'a newer kind of link',
      '/chat/k3F9ab#3S56xJLf2MT2SzL2XAYtD6qMwY43cc5f49i',
      'This link needs a newer version',
    ],
  ])('%s', async (_what, path, heading) => {
    await using stage = await openStage();
    const ann = await stage.person();
    const asked = requestsOf(ann);
    await ann.open(path);
    await ann.heading(heading);
    await ann.page.waitForLoadState('networkidle');
    expect(asked.filter((url) => url.includes('/api/rooms') || url.includes('/ws'))).toEqual([]);
  });

  test.each([
    ['', 'Paste the link you were sent.'],
    ['k3F9ab', 'This code has no key, so it can’t open a room. Ask for the whole link.'],
    ['https://example.org/', 'This isn’t a room link.'],
    [`http://elsewhere.example/chat/k3F9ab#${KEY}`, 'This link belongs to another site.'],
    ['k3F9ab#1S56x', 'This link is damaged'],
  ])('pasted: %s', async (text, words) => {
    await using stage = await openStage();
    const ann = await stage.person();
    await ann.open('/');
    const card = ann.page.getByRole('form', { name: 'Join existing room' });
    await card.getByLabel('Room link').fill(text);
    await card.getByRole('button', { name: 'Join Chat Room' }).click();
    await card.getByRole('alert').getByText(words).waitFor();
    expect(await card.getByLabel('Room link').inputValue()).toBe(text);
  });

  test('ID#key alone, and a link in a sentence, do open it', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    const link = await ann.createRoom();
    for (const text of [link.slice(link.lastIndexOf('/') + 1), `  <${link}>. `]) {
      const bob = await stage.person();
      await bob.open('/');
      const card = bob.page.getByRole('form', { name: 'Join existing room' });
      await card.getByLabel('Room link').fill(text);
      await card.getByLabel('Room link').press('Enter');
      await bob.inRoom();
    }
    await ann.participants(3);
  });
});

describe('LINK-4: a link that another program rewrote', () => {
  test.each([
    ['# escaped', (link: string) => link.replace('#', '%23'), true],
    ['# escaped twice, and a campaign', (link: string) => `${link.replace('#', '%2523')}?utm_source=x`, true],
    ['a campaign behind the key', (link: string) => `${link}&utm_source=x`, false],
    ['two slashes', (link: string) => link.replace('/chat/', '//chat/'), false],
  ])('opened: %s', async (_how, rewrite, keySent) => {
    await using stage = await openStage();
    const ann = await stage.person();
    const bob = await stage.person();
    const link = await ann.createRoom();
    await bob.open(rewrite(link));
    await bob.heading('You’re invited to a room');
    expect(bob.page.url()).toBe(link);
    expect(await bob.page.getByText('your browser sent its key to this server').count()).toBe(
      keySent ? 1 : 0,
    );
    await bob.page.getByRole('button', { name: 'Join Chat Room' }).click();
    await bob.inRoom();
  });

  test('a damaged one whose key went to the server does not say that it was not sent', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    await ann.open('/chat/k3F9ab%231S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4');
    await ann.heading('This link is damaged');
    await ann.page.getByText('the server has seen it').waitFor();
    expect(await ann.page.getByText(/not sent/).count()).toBe(0);
  });

  test('pasted: a wrapper of another site, Markdown, a soft hyphen inside', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    const link = await ann.createRoom();
    const wrapped = `https://www.google.com/url?q=${encodeURIComponent(link)}&sa=D`;
    for (const text of [wrapped, `[room](${link})`, `${link.slice(0, -9)}\u00AD${link.slice(-9)}`]) {
      const bob = await stage.person();
      await bob.open('/');
      const card = bob.page.getByRole('form', { name: 'Join existing room' });
      await card.getByLabel('Room link').fill(text);
      await card.getByLabel('Room link').press('Enter');
      await bob.inRoom();
    }
  });
});

test('a reload of a new room, and Back and Forward, keep the room and its owner', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const link = await ann.createRoom({ name: 'Ann' });
  await ann.page.reload();
  await ann.roomCreated();
  expect(await ann.shownLink()).toBe(link);
  await ann.page.goBack();
  await ann.page.getByRole('form', { name: 'Create a room' }).waitFor();
  await ann.page.goForward();
  await ann.roomCreated();
  await ann.page.getByText('you · owner').waitFor();
  await ann.page.getByText('Ann', { exact: true }).first().waitFor();
});

test('a server that is gone: creating says so, a room says so, and neither loses what was typed', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person();
  await ann.createRoom();
  await bob.open('/');
  for (const person of [ann, bob]) person.expectComplaints(/ERR_CONNECTION_REFUSED|WebSocket connection/);
  await stage.stopServer();

  await ann.page.getByText('Reconnecting…').waitFor();
  await ann.send('for later');
  await ann.page.getByText('Waiting for a connection').waitFor();

  const card = bob.page.getByRole('form', { name: 'Create a room' });
  await card.getByLabel('Display name').fill('Bob');
  await card.getByRole('button', { name: 'Create Shareable Link' }).click();
  await card.getByRole('alert').getByText('The server can’t be reached.').waitFor();
  expect(await card.getByLabel('Display name').inputValue()).toBe('Bob');
});

test('all of it works without a mouse', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/');
  const press = async (...keys: string[]) => {
    for (const key of keys) await ann.page.keyboard.press(key);
  };
  await ann.page.keyboard.press('Tab');
  await press('Enter');
  await ann.page.keyboard.type('Ann');
  await press('Enter');
  await ann.roomCreated();
  await ann.inRoom();
  expect(await ann.page.evaluate(() => globalThis.document.activeElement?.textContent)).toBe('Copy link');
  await ann.composer().focus();
  await ann.page.keyboard.type('typed at once');
  await press('Shift+Enter');
  await ann.page.keyboard.type('in two lines');
  await press('Enter');
  await ann.sees('typed at once in two lines');
  const invite = ann.page.getByRole('button', { name: 'Invite', exact: true });
  await invite.focus();
  await press('Enter');
  await ann.page.getByRole('dialog').waitFor();
  await press('Escape');
  await ann.page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await invite.evaluate((button) => button === document.activeElement)).toBe(true);
});

/** Milliseconds that scripts of this page have run, without what other programs took meanwhile. */
async function scriptTimeOf({ context, page }: Person): Promise<() => Promise<number>> {
  const browser = await context.newCDPSession(page);
  await browser.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await browser.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN);
  };
}

function requestsOf({ page }: Person): string[] {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  page.on('websocket', (socket) => urls.push(socket.url()));
  return urls;
}
