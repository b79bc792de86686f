package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.SpelMessage;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import org.springframework.util.ObjectUtils;

/**
 * Groups that expressions name.
 */
final class GroupExpressions implements CacheGroups {

	private final List<Expression> expressions;

	GroupExpressions(List<String> expressions) {
		SpelExpressionParser parser = new SpelExpressionParser();
		this.expressions = expressions.stream().map((expression) -> parse(parser, expression)).toList();
	}

	private static Expression parse(SpelExpressionParser parser, String expression) {
		try {
			return parser.parseExpression(expression);
		}
		catch (ParseException | IllegalStateException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("groups: \"" + expression + "\" is no expression: " + ex.getMessage(),
					ex);
		}
	}

	@Override
	public Collection<String> groups(Object key, @Nullable Object value) {
		SimpleEvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding()
			.withInstanceMethods()
			.build();
		context.setVariable("key", key);
		context.setVariable("value", value);
		Collection<String> groups = new ArrayList<>();
		for (Expression expression : this.expressions) {
			try {
				collect(expression.getValue(context), groups);
			}
			catch (EvaluationException | IllegalArgumentException ex) {
				if (value != null || !isOfNull(ex)) {
					throw new IllegalArgumentException(
							"the expression \"" + expression.getExpressionString() + "\" failed: " + ex.getMessage(),
							ex);
				}
			}
		}
		return groups;
	}

	private static boolean isOfNull(RuntimeException ex) {
		return ex instanceof SpelEvaluationException spel
				&& (spel.getMessageCode() == SpelMessage.PROPERTY_OR_FIELD_NOT_READABLE_ON_NULL
						|| spel.getMessageCode() == SpelMessage.METHOD_CALL_ON_NULL_OBJECT_NOT_ALLOWED
						|| spel.getMessageCode() == SpelMessage.CANNOT_INDEX_INTO_NULL_VALUE);
	}

	private static void collect(@Nullable Object given, Collection<String> groups) {
		if (given instanceof Collection<?> many) {
			many.forEach((each) -> collect(each, groups));
		}
		else if (given instanceof Optional<?> optional) {
			collect(optional.orElse(null), groups);
		}
		else if (ObjectUtils.isArray(given)) {
			collect(Arrays.asList(ObjectUtils.toObjectArray(given)), groups);
		}
		else if (given != null) {
			groups.add(name(given));
		}
	}

	/**
	 * The name of a group.
	 * @throws IllegalArgumentException if it is not of a type whose text tells it
	 */
	static String name(Object given) {
		if (given instanceof Enum<?> constant) {
			return constant.name();
		}
		if (given instanceof CharSequence || given instanceof Number || given instanceof UUID
				|| given instanceof Boolean || given instanceof Character) {
			return given.toString();
		}
		throw new IllegalArgumentException("a " + given.getClass().getTypeName()
				+ " names no group; give a text, a number, an enum, a UUID or a truth value, or several of them");
	}

}
