/** A browser for tests: follows no redirect by itself, keeps cookies by their path, finds the form's answer. */

export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly html: string;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
}

export class TestBrowser {
  readonly cookies = new Map<string, Cookie>();
  readonly #reach: (url: string) => string;

  /** @param reach where a URL really is; by default where it says */
  constructor(reach = (url: string) => url) {
    this.#reach = reach;
  }

  get(url: string): Promise<Answer> {
    return this.#send(url, {});
  }

  submit(url: string, fields: Record<string, string>): Promise<Answer> {
    return this.#send(url, { method: 'POST', body: new URLSearchParams(fields) });
  }

  /** Follows redirects until there is a page, or until one leads away from the given origin. */
  async follow(answer: Answer, origin: string): Promise<Answer> {
    const location = answer.headers.get('location');
    if (location === null || new URL(location, answer.url).origin !== origin) return answer;
    return this.follow(await this.get(new URL(location, answer.url).href), origin);
  }

  async #send(url: string, init: RequestInit): Promise<Answer> {
    const { pathname } = new URL(url);
    const sent = [...this.cookies].filter(([, { path }]) => covers(path, pathname));
    const cookie = sent.map(([name, { value }]) => `${name.split(' ')[0]}=${value}`).join('; ');
    const response = await fetch(this.#reach(url), {
      ...init,
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { status: response.status, url, headers: response.headers, html: await response.text() };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice(5) ?? '/';
    if (value === '') this.cookies.delete(`${name} ${path}`);
    else this.cookies.set(`${name} ${path}`, { value, path });
  }
}

const covers = (cookiePath: string, path: string): boolean =>
  path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
