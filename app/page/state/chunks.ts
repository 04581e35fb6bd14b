/** What comes of a stream, part by part. Streams are not iterable in every browser (WebKit 2.50). */
export async function* chunks<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Who leaves early wants no more; what has broken off is told above.
    await reader.cancel().catch(() => undefined);
  }
}
