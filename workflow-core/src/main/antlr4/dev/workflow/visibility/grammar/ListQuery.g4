/*
 * The language of list queries. Keywords may be written in any case. At every place the next token alone decides how to
 * go on: so a refusal can say exactly what is expected there, and parsing takes linear time.
 */
grammar ListQuery;

options { caseInsensitive = true; }

query : condition? (ORDER_BY sortKey (COMMA sortKey)*)? EOF ;

condition : conjunction (OR conjunction)* ;

conjunction : negation (AND negation)* ;

negation : NOT? (OPEN condition CLOSE | test) ;

test : field (comparison | nullTest | NOT? (membership | range | prefix)) ;

comparison : (EQUAL | NOT_EQUAL | LESS | LESS_OR_EQUAL | GREATER | GREATER_OR_EQUAL) value ;

membership : IN OPEN value (COMMA value)* CLOSE ;

range : BETWEEN value AND value ;

prefix : STARTS_WITH value ;

nullTest : IS NOT? NULL ;

sortKey : field (ASC | DESC)? ;

field : NAME | QUOTED_NAME | ASC | DESC ;

value : TEXT | NUMBER | TRUE | FALSE ;

/* A refusal names what it expects in the order of these tokens. */
ASC : 'ASC' ;
DESC : 'DESC' ;
EQUAL : '=' ;
NOT_EQUAL : '!=' | '<>' ;
LESS : '<' ;
LESS_OR_EQUAL : '<=' ;
GREATER : '>' ;
GREATER_OR_EQUAL : '>=' ;
IN : 'IN' ;
BETWEEN : 'BETWEEN' ;
STARTS_WITH : 'STARTS_WITH' ;
IS : 'IS' ;
NOT : 'NOT' ;
NULL : 'NULL' ;
AND : 'AND' ;
OR : 'OR' ;
OPEN : '(' ;
COMMA : ',' ;
CLOSE : ')' ;
TRUE : 'TRUE' ;
FALSE : 'FALSE' ;

/* One token: ORDER and BY alone are names as any other. */
ORDER_BY : 'ORDER' SPACE+ 'BY' { !Character.isLetterOrDigit(_input.LA(1)) && _input.LA(1) != '_' }? ;

NAME : LETTER PART* ;
QUOTED_NAME : '`' (~'`' | '``')* '`' ;
TEXT : '\'' (~'\'' | '\'\'')* '\'' ;
NUMBER : [+-]? [0-9]+ ('.' [0-9]+)? ('E' [+-]? [0-9] [0-9]? [0-9]?)? ;

WHITE_SPACE : SPACE+ -> skip ;

/* No rule takes these: they are there so that a refusal can say what is wrong. */
NO_NUMBER : NUMBER (PART | '.')+ ;
UNCLOSED : '`' (~'`' | '``')* | '\'' (~'\'' | '\'\'')* ;
DOUBLE_QUOTE : '"' ;
UNKNOWN : . ;

fragment LETTER : [\p{L}_] ;
fragment PART : [\p{L}\p{Nd}_] ;
fragment SPACE : [\p{White_Space}\u001C-\u001F] ;
