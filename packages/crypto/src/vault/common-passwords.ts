/** Words and keyboard walks that begin most guessing runs, most common first; all lower case. */
export const commonPasswords: readonly string[] = `
password passw0rd 123456 qwerty letmein welcome admin login iloveyou princess dragon monkey sunshine
football baseball master shadow superman batman trustno1 hello freedom whatever michael jordan hunter
charlie daniel thomas jessica ashley andrew joshua jennifer matthew robert george summer winter spring
autumn secret pass user guest test root abc123 1q2w3e4r qazwsx zxcvbn asdfgh google facebook computer
internet samsung starwars pokemon naruto chocolate cookie pepper ginger cheese flower butterfly purple
orange yellow green silver golden killer soccer hockey tennis lovely forever friends family mother
father sister brother baby angel love sex money lucky happy please nothing changeme default sotto chat
signal monday friday january december london berlin paris america
`
  .trim()
  .split(/\s+/);
