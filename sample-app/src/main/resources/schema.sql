create table book (
  id bigint primary key,
  title varchar(200) not null,
  author varchar(200) not null,
  published int not null,
  language varchar(50) not null
);
