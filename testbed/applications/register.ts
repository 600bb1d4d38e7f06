/** A small database for tools that show databases: the register of a boat shed. */

/** Statements that make and fill it, in the dialect of MariaDB or in that of SQLite, which share most. */
export function registerStatements(dialect: "mariadb" | "sqlite"): readonly string[] {
  const key =
    dialect === "mariadb" ? "INT UNSIGNED AUTO_INCREMENT PRIMARY KEY" : "INTEGER PRIMARY KEY AUTOINCREMENT";
  return [
    `CREATE TABLE owners (id ${key}, surname VARCHAR(80) NOT NULL, first_name VARCHAR(80), email VARCHAR(120), note TEXT)`,
    `CREATE TABLE boats (id ${key}, name VARCHAR(120) NOT NULL, length_m DECIMAL(5,2), owner_id INT, built DATE, remarks TEXT)`,
    `CREATE TABLE moorings (id ${key}, pier CHAR(1), number INT, boat_id INT, fee DECIMAL(8,2), paid INT DEFAULT 0)`,
    `CREATE TABLE log (id ${key}, happened DATETIME, who VARCHAR(80), message TEXT)`,
    `INSERT INTO owners (surname, first_name, email, note) VALUES ${owners
      .map(
        ([surname, first], i) =>
          `(${quoted(surname)}, ${quoted(first)}, 'owner${i}@post.example.test', NULL)`,
      )
      .join(", ")}`,
    `INSERT INTO boats (name, length_m, owner_id, built, remarks) VALUES ${boats
      .map(
        (name, i) =>
          `(${quoted(name)}, ${5 + (i % 9) * 0.75}, ${1 + (i % owners.length)}, '19${60 + i}-05-01', '')`,
      )
      .join(", ")}`,
    `INSERT INTO moorings (pier, number, boat_id, fee, paid) VALUES ${Array.from(
      { length: 40 },
      (_, i) =>
        `('${"ABCD"[i % 4]}', ${i + 1}, ${1 + (i % boats.length)}, ${90 + i * 2.5}, ${i % 3 === 0 ? 1 : 0})`,
    ).join(", ")}`,
    `INSERT INTO log (happened, who, message) VALUES ${Array.from(
      { length: 60 },
      (_, i) => `('2026-0${1 + (i % 9)}-1${i % 10} 0${i % 10}:15:00', 'crew', 'entry ${i}: gate opened')`,
    ).join(", ")}`,
  ];
}

const owners = [
  ["O'Malley", "Gráinne"],
  ["van 't Hoff", "Zoë"],
  ["D'Amico", "Ludovica"],
  ["Żółkiewski", "Łukasz"],
  ["Smith & Sons", "Co."],
  ["山田", "花子"],
  ["Null", "Paul"],
] as const;

const boats = [
  "Nancy's Pride",
  "Union Jack",
  "Drop Anchor",
  "Selkie",
  "Table Bay",
  "L'Étoile",
  "Größe 7",
  "Or Else",
  "Insert Coin",
  "Чайка",
  "50% Off",
  "Catch 22",
];

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
