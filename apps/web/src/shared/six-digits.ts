/** What a person may type for six digits: apps and people put spaces between them. */
export const digitsOf = (typed: string): string => typed.replace(/\s/g, '');

export const areSixDigits = (typed: string): boolean => /^\d{6}$/.test(digitsOf(typed));
