/** Asks the server; rejects with an error whose message is meant for the user. */
export async function ask(path, { query = {}, method = "GET", signal = null } = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, { method, signal });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Resolves after so many milliseconds. */
export function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
