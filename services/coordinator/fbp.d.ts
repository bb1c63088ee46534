// The npm package fbp has no types of its own.
declare module 'fbp' {
  const fbp: { parse(text: string): unknown };
  export default fbp;
}
