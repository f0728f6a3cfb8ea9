// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How declarations look in the text of the API: like Java, with nullness, the same on every JDK. */
final class ApiSyntax {

    private ApiSyntax() {}

    static String header(Class<?> type) {
        var text = new StringBuilder(modifiers(type.getModifiers() & ~Modifier.INTERFACE & ~hidden(type)));
        if (type.isSealed()) {
            text.append("sealed ");
        }
        text.append(kind(type)).append(type.getName()).append(typeParameters(type));
        if (type.isRecord()) {
            text.append(Arrays.stream(type.getRecordComponents())
                    .map(part -> type(part.getAnnotatedType()) + " " + part.getName())
                    .collect(Collectors.joining(", ", "(", ")")));
        }
        AnnotatedType superclass = type.getAnnotatedSuperclass();
        if (superclass != null && !type.isEnum() && !type.isRecord() && superclass.getType() != Object.class) {
            text.append(" extends ").append(type(superclass));
        }
        if (type.getAnnotatedInterfaces().length > 0) {
            text.append(type.isInterface() ? " extends " : " implements ").append(list(type.getAnnotatedInterfaces()));
        }
        return text.append(deprecation(type)).toString();
    }

    static String field(Field field) {
        return modifiers(field.getModifiers()) + type(field.getAnnotatedType()) + " " + field.getName()
                + deprecation(field);
    }

    static String constructor(Constructor<?> constructor) {
        return modifiers(constructor.getModifiers()) + typeParameters(constructor) + "<init>" + rest(constructor);
    }

    static String method(Method method) {
        int keep = method.getModifiers() & ~(Modifier.SYNCHRONIZED | Modifier.VOLATILE | Modifier.TRANSIENT);
        String parameters = typeParameters(method);
        return (method.isDefault() ? "default " : "")
                + modifiers(keep)
                + (parameters.isEmpty() ? "" : parameters + " ")
                + type(method.getAnnotatedReturnType())
                + " "
                + method.getName()
                + rest(method);
    }

    private static String rest(Executable executable) {
        String exceptions = list(executable.getAnnotatedExceptionTypes());
        String parameters = list(executable.getAnnotatedParameterTypes());
        if (executable.isVarArgs()) {
            parameters = parameters.substring(0, parameters.length() - "[]".length()) + "...";
        }
        return "(" + parameters + ")" + (exceptions.isEmpty() ? "" : " throws " + exceptions) + deprecation(executable);
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "@interface ";
        }
        if (type.isInterface()) {
            return "interface ";
        }
        if (type.isEnum()) {
            return "enum ";
        }
        return type.isRecord() ? "record " : "class ";
    }

    /** Modifiers that the kind of type implies. */
    private static int hidden(Class<?> type) {
        if (type.isInterface()) {
            return Modifier.ABSTRACT | Modifier.STATIC;
        }
        return type.isEnum() || type.isRecord() ? Modifier.FINAL | Modifier.STATIC : 0;
    }

    private static String modifiers(int modifiers) {
        String text = Modifier.toString(modifiers);
        return text.isEmpty() ? "" : text + " ";
    }

    private static String deprecation(AnnotatedElement element) {
        return element.isAnnotationPresent(Deprecated.class) ? " (deprecated)" : "";
    }

    private static String typeParameters(GenericDeclaration declaration) {
        if (declaration.getTypeParameters().length == 0) {
            return "";
        }
        return Arrays.stream(declaration.getTypeParameters())
                .map(ApiSyntax::typeParameter)
                .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String typeParameter(TypeVariable<?> variable) {
        String bounds = Arrays.stream(variable.getAnnotatedBounds())
                .map(ApiSyntax::type)
                .filter(bound -> !bound.equals("java.lang.Object"))
                .collect(Collectors.joining(" & "));
        return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
    }

    private static String list(AnnotatedType[] types) {
        return Arrays.stream(types).map(ApiSyntax::type).collect(Collectors.joining(", "));
    }

    private static String type(AnnotatedType type) {
        if (type instanceof AnnotatedArrayType array) {
            String brackets = array.isAnnotationPresent(Nullable.class) ? " @Nullable []" : "[]";
            return type(array.getAnnotatedGenericComponentType()) + brackets;
        }
        String nullness = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
        if (type instanceof AnnotatedParameterizedType parameterized) {
            Type raw = ((ParameterizedType) parameterized.getType()).getRawType();
            return nullness + raw.getTypeName() + "<" + list(parameterized.getAnnotatedActualTypeArguments()) + ">";
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            if (wildcard.getAnnotatedLowerBounds().length > 0) {
                return "? super " + list(wildcard.getAnnotatedLowerBounds());
            }
            String upper = list(wildcard.getAnnotatedUpperBounds());
            return upper.isEmpty() || upper.equals("java.lang.Object") ? "?" : "? extends " + upper;
        }
        if (type instanceof AnnotatedTypeVariable variable) {
            return nullness + ((TypeVariable<?>) variable.getType()).getName();
        }
        return nullness + type.getType().getTypeName();
    }
}
