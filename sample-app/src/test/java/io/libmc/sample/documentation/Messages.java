package io.libmc.sample.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;

/**
 * What the library can say to those who use it: the sentences of its exceptions and of
 * its log, as its sources have them.
 */
final class Messages {

	/** What stands for a part that differs from case to case. */
	static final String GAP = "…";

	private static final Set<String> LOGGED = Set.of("warn", "error", "info");

	private static final int SHORTEST = 12;

	private Messages() {
	}

	/**
	 * A sentence, or a part of one.
	 *
	 * @param file where it stands
	 * @param text it, with a gap for each part that is not written there
	 */
	record Message(String file, String text) {

	}

	/** What a module's exceptions and log say. */
	static List<Message> said(String module) {
		return of(module, false);
	}

	/** Every text in a module's sources. */
	static List<Message> written(String module) {
		return of(module, true);
	}

	private static List<Message> of(String module, boolean everything) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<Message> messages = new ArrayList<>();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> sources = Files.walk(Sample.ROOT.resolve(module).resolve("src/main/java"))) {
			List<Path> java = sources.filter((file) -> file.toString().endsWith(".java")).sorted().toList();
			JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null,
					files.getJavaFileObjectsFromPaths(java));
			for (CompilationUnitTree unit : task.parse()) {
				String file = Path.of(unit.getSourceFile().toUri()).getFileName().toString();
				new Sentences(everything, (text) -> messages.add(new Message(file, text))).scan(unit, null);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return messages;
	}

	/** Finds them in a file. */
	private static final class Sentences extends TreeScanner<Void, Void> {

		private final boolean everything;

		private final Consumer<String> found;

		Sentences(boolean everything, Consumer<String> found) {
			this.everything = everything;
			this.found = found;
		}

		@Override
		public Void scan(Tree tree, Void nothing) {
			if (this.everything && tree instanceof ExpressionTree expression) {
				String text = text(expression);
				if (!text.equals(GAP)) {
					this.found.accept(text);
				}
			}
			return super.scan(tree, null);
		}

		@Override
		public Void visitNewClass(NewClassTree tree, Void nothing) {
			String type = tree.getIdentifier().toString();
			if (type.endsWith("Exception") || type.equals("Failure") || type.equals("FailureAnalysis")) {
				tree.getArguments().forEach(this::say);
			}
			return super.visitNewClass(tree, null);
		}

		@Override
		public Void visitMethodInvocation(MethodInvocationTree tree, Void nothing) {
			ExpressionTree method = tree.getMethodSelect();
			boolean constructor = method instanceof IdentifierTree name && name.getName().contentEquals("super");
			boolean logs = method instanceof MemberSelectTree select
					&& (LOGGED.contains(select.getIdentifier().toString()) || isLogged(select, tree));
			if (constructor || logs) {
				tree.getArguments().forEach(this::say);
			}
			return super.visitMethodInvocation(tree, null);
		}

		private static boolean isLogged(MemberSelectTree method, MethodInvocationTree call) {
			return method.getIdentifier().contentEquals("log") && !call.getArguments().isEmpty()
					&& call.getArguments().get(0).toString().matches(".*(WARNING|INFO|ERROR).*");
		}

		private void say(ExpressionTree argument) {
			String text = text(argument).replaceAll("…+", GAP);
			if (text.replaceAll("[^A-Za-z]", "").length() >= SHORTEST && text.contains(" ")) {
				this.found.accept(text);
			}
		}

		private static String text(Tree tree) {
			if (tree instanceof LiteralTree literal
					&& (literal.getValue() instanceof String || literal.getValue() instanceof Character)) {
				return String.valueOf(literal.getValue());
			}
			if (tree instanceof ParenthesizedTree inner) {
				return text(inner.getExpression());
			}
			if (tree instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
				return text(sum.getLeftOperand()) + text(sum.getRightOperand());
			}
			return GAP;
		}

	}

}
