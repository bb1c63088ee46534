// The npm package fbp has no types of its own.
declare module 'fbp' {
  const fbp: { parse(text: string, options?: { validateContents?: boolean }): unknown };
  export default fbp;
}
