/**
 * Leaves alone the words of errors, which no promise is about: strings inside `new TypeError(…)`,
 * `new RangeError(…)` and `new Error(…)`, the message of a `CryptoError`, and the name of an argument
 * given to `assert…(value, name)`. Error codes, labels and all other strings are mutated.
 */
const reason = 'the words of an error';

function isArgumentName({ node, parent, key }) {
  return (
    parent?.type === 'CallExpression' &&
    parent.callee.type === 'Identifier' &&
    /^assert[A-Z]/.test(parent.callee.name) &&
    parent.arguments[1] === node &&
    key === 1
  );
}

function isErrorText({ node, parent }) {
  if (parent?.type !== 'NewExpression' || parent.callee.type !== 'Identifier') return false;
  const position = parent.arguments.indexOf(node);
  return parent.callee.name === 'CryptoError'
    ? position === 1
    : /^(Type|Range)?Error$/.test(parent.callee.name) && position === 0;
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'error-texts',
    value: {
      shouldIgnore(path) {
        const isText = path.isStringLiteral() || path.isTemplateLiteral();
        return isText && (isArgumentName(path) || isErrorText(path)) ? reason : undefined;
      },
    },
  },
];
