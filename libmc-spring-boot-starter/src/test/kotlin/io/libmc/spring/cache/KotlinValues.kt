package io.libmc.spring.cache

import java.io.Serializable
import java.math.BigDecimal
import java.time.LocalDate
import kotlin.time.Duration.Companion.seconds

enum class Color { RED, GREEN { override fun toString() = "green!" } }

data class Price(val amount: BigDecimal, var currency: String = "EUR", val note: String? = null) : Serializable

data class AllDefaults(var name: String = "a", var count: Int = 1, val list: List<String> = emptyList()) : Serializable

data class Line(val article: String, val price: Price, val day: LocalDate?) : Serializable

data class Order(
    val id: Long,
    val lines: List<Line>,
    val colors: Set<Color>,
    val prices: Map<String, Price>,
    val counts: MutableMap<Int, Long>,
    var open: Boolean,
    val isPaid: Boolean,
) : Serializable

sealed interface Payment : Serializable

data class Card(val number: String) : Payment

data object Cash : Payment

object Voucher : Payment {
    private fun readResolve(): Any = Voucher
}

object Unmarked : Payment

object Counter : Payment {
    var count = 1
}

object Inheriting : Base(7)

data class Payments(val first: Payment, val others: List<Payment>) : Serializable

@JvmInline
value class OrderId(val value: Long) : Serializable

@JvmInline
value class Name(val text: String) : Serializable

data class WithIds(val id: OrderId, val other: OrderId?, val name: Name, val all: List<OrderId>) : Serializable

data class Tree<T>(val value: T, val children: List<Tree<T>> = listOf()) : Serializable

open class Base(val id: Long) : Serializable

class Derived(id: Long, val name: String) : Base(id) {
    override fun equals(other: Any?) = other is Derived && other.id == id && other.name == name

    override fun hashCode() = id.toInt()
}

class WithLazy(val name: String) : Serializable {
    val length by lazy { name.length }
}

/** Values in Kotlin, as applications have them. */
object KotlinValues {
    private val price = Price(BigDecimal("1.50"))

    @JvmStatic
    fun comeBack(): List<Any> = listOf(
        price,
        Price(BigDecimal.ONE, "USD", "a"),
        AllDefaults(),
        AllDefaults("b", 2, listOf("c", "d")),
        order(),
        Color.GREEN,
        Payments(Card("1"), listOf(Card("2"), Card("3"))),
        WithIds(OrderId(1), null, Name("a"), listOf(OrderId(2), OrderId(3))),
        WithIds(OrderId(1), OrderId(4), Name("a"), listOf()),
        OrderId(5),
        Tree("a", listOf(Tree("b"), Tree("c", listOf(Tree("d"))))),
        Derived(1, "a"),
    )

    @JvmStatic
    fun singletons(): List<Any> = listOf(Cash, Voucher, Unmarked, Counter)

    @JvmStatic
    fun withSingletons(): Any = Payments(Cash, listOf(Unmarked, Voucher, Card("1")))

    @JvmStatic
    fun inheriting(): Any = Inheriting

    @JvmStatic
    fun withLazy(): Any = WithLazy("a")

    @JvmStatic
    fun pairs(): List<Any> = listOf(1 to "a", Triple(1L, listOf("a"), price), "a" to (2 to null))

    @JvmStatic
    fun ofTexts(): List<Any> = listOf(
        listOf("a"),
        listOf("a", "b"),
        mapOf("a" to "b"),
        mapOf("a" to "b", "c" to "d"),
        setOf("a"),
        setOf("a", "b"),
    )

    @JvmStatic
    fun ofTheLibrary(): List<Any> = pairs() + ofTexts() + listOf(
        emptyList<String>(),
        emptyMap<String, String>(),
        emptySet<String>(),
        mutableListOf(1, 2),
        arrayListOf(1L),
        mapOf("a" to 1),
        mapOf("a" to 1, "b" to 2),
        hashMapOf(1L to "a"),
        sortedMapOf("b" to 1, "a" to 2),
        listOf(1, 2, 3).map { it * 2 },
        listOf(1, 2, 3).groupBy { it % 2 },
        listOf("a", "b").associateWith { it.length },
    )

    @JvmStatic
    fun built(): List<Any> = listOf(buildList { add("a") }, buildMap { put("a", 1) }, buildSet { add("a") })

    @JvmStatic
    fun jsonAlone(): List<Any> = listOf(5u, 6uL, 7.toUByte(), 8.toUShort(), 9.seconds, Unit)

    @JvmStatic
    fun refused(): List<Any> = listOf(1..3, 'a'..'c', Result.success(1), ArrayDeque(listOf("a")), sequenceOf(1))

    private fun order() = Order(
        1,
        listOf(Line("a", price, null), Line("b", price, LocalDate.EPOCH)),
        setOf(Color.RED, Color.GREEN),
        mapOf("a" to price),
        mutableMapOf(1 to 2L),
        true,
        false,
    )
}
