package io.libmc.spring.app;

import java.io.Serializable;

record Book(long id, String title, int reads) implements Serializable {

}
