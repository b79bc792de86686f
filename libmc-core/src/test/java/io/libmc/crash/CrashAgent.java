package io.libmc.crash;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;

import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Puts a crash point before each call and each allocation in the client's classes, as
 * they are loaded. There is none in an initializer of a class, which the JVM runs once
 * and whose failure nothing can mend, and none before {@code Lock.unlock}, which the JVM
 * keeps stack for.
 */
final class CrashAgent {

	private static final String PACKAGE = "io/libmc/internal/";

	private CrashAgent() {
	}

	/** To be called before the first of those classes is loaded. */
	static void install() {
		ByteBuddyAgent.install().addTransformer(new ClassFileTransformer() {

			@Override
			public byte @Nullable [] transform(@Nullable ClassLoader loader, @Nullable String name,
					@Nullable Class<?> redefined, @Nullable ProtectionDomain domain, byte[] bytes) {
				return (name != null && name.startsWith(PACKAGE)) ? instrument(bytes) : null;
			}

		});
	}

	private static byte[] instrument(byte[] bytes) {
		ClassReader reader = new ClassReader(bytes);
		ClassWriter writer = new ClassWriter(reader, 0);
		reader.accept(new Instrumented(writer), 0);
		return writer.toByteArray();
	}

	private static final class Instrumented extends ClassVisitor {

		Instrumented(ClassVisitor next) {
			super(Opcodes.ASM9, next);
		}

		@Override
		public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
				String[] exceptions) {
			MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
			return name.equals("<clinit>") ? next : new Points(next);
		}

	}

	private static final class Points extends MethodVisitor {

		Points(MethodVisitor next) {
			super(Opcodes.ASM9, next);
		}

		private void point() {
			super.visitMethodInsn(Opcodes.INVOKESTATIC, "io/libmc/crash/CrashPoints", "hit", "()V", false);
		}

		@Override
		public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
			if (!name.equals("unlock")) {
				point();
			}
			super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
		}

		@Override
		public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
			point();
			super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
		}

		@Override
		public void visitTypeInsn(int opcode, String type) {
			if (opcode == Opcodes.ANEWARRAY) {
				point();
			}
			super.visitTypeInsn(opcode, type);
			// not before it, as stack maps name its place
			if (opcode == Opcodes.NEW) {
				point();
			}
		}

		@Override
		public void visitIntInsn(int opcode, int operand) {
			if (opcode == Opcodes.NEWARRAY) {
				point();
			}
			super.visitIntInsn(opcode, operand);
		}

		@Override
		public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
			point();
			super.visitMultiANewArrayInsn(descriptor, dimensions);
		}

	}

}
