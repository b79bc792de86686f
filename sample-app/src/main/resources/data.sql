insert into book (id, title, author, published, language)
select id, title, author, published, language from csvread('classpath:books.csv', null, 'charset=UTF-8');
