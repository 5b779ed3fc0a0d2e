/**
 * The search page in a real browser: headless Chromium, driven by `playwright-core`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Browser, chromium, type Page } from "npm:playwright-core@1.65.1";

export type { Page };

/** How a page is opened. */
export interface PageOptions {
  /** What the user prefers; light unless given. */
  colorScheme?: "light" | "dark";
}

/** A browser; ended at the end of the `await using` scope. */
export class TestBrowser implements AsyncDisposable {
  #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts the one at `CHROMIUM_PATH`, else Debian's. */
  static async start(): Promise<TestBrowser> {
    const executablePath = Deno.env.get("CHROMIUM_PATH") ?? "/usr/bin/chromium";
    try {
      return new TestBrowser(await chromium.launch({ executablePath }));
    } catch (cause) {
      throw new Error(
        `Cannot start the browser "${executablePath}": install Debian's package chromium, ` +
          "or name another one in CHROMIUM_PATH",
        { cause },
      );
    }
  }

  /** Opens an address, hands the page to `use`, and fails if the page had anything to complain of. */
  async visit(
    url: string,
    use: (page: Page) => Promise<void>,
    { colorScheme = "light" }: PageOptions = {},
  ): Promise<void> {
    const page = await this.#browser.newPage({ colorScheme });
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(`${error}`));
    page.on("console", (message) => complaints.push(message.text()));
    // The browser tells of each answer that is not 200; the page says itself why it has none.
    const isNews = (text: string) => !text.includes("a status of 400");
    try {
      await page.goto(url);
      await use(page);
      assertEquals(complaints.filter(isNews), []);
    } finally {
      await page.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
