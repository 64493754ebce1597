using System.Reflection;
using System.Reflection.Emit;

namespace Padam.MLNet.Tests;

/// <summary>What compiled code refers to, read from its instructions.</summary>
internal static class CompiledCode
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>All methods and constructors that a type declares.</summary>
    internal static IEnumerable<MethodBase> Methods(Type type) =>
        type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));

    /// <summary>The methods, fields and types that the instructions of a method name, in their order.</summary>
    internal static IEnumerable<MemberInfo> Uses(MethodBase method) =>
        Instructions(method).Select(each => each.Member).OfType<MemberInfo>();

    /// <summary>The instructions of a method, in their order.</summary>
    internal static IEnumerable<Instruction> Instructions(MethodBase method)
    {
        byte[] il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < il.Length; )
        {
            int start = at;
            short value = il[at++];
            if (value == 0xFE)
                value = (short)(0xFE00 | il[at++]);
            OpCode code = OpCodes[value];
            bool namesMember =
                code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok;
            yield return new(
                start,
                code,
                namesMember ? method.Module.ResolveMember(BitConverter.ToInt32(il, at), ofType, ofMethod) : null,
                Local(code, il, at)
            );
            at += Length(code, il, at);
        }
    }

    /// <summary>Whether a local variable is read in a <c>finally</c> of the method, as <c>using</c> does to dispose it.</summary>
    internal static bool IsReadInFinally(MethodBase method, int local) =>
        method
            .GetMethodBody()!
            .ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Finally)
            .Any(clause =>
                Instructions(method)
                    .Any(each =>
                        each.Offset >= clause.HandlerOffset
                        && each.Offset < clause.HandlerOffset + clause.HandlerLength
                        && each.Local == local
                        && each.Code.Name!.StartsWith("ldloc", StringComparison.Ordinal)
                    )
            );

    /// <summary>The method as it is declared, where its type or itself is generic.</summary>
    internal static MethodBase Definition(MethodBase method)
    {
        if (method is MethodInfo { IsGenericMethod: true } generic)
            method = generic.GetGenericMethodDefinition();
        return method.DeclaringType is { IsGenericType: true, IsGenericTypeDefinition: false }
            ? method.Module.ResolveMethod(method.MetadataToken)!
            : method;
    }

    /// <summary>A method as messages name it: <c>Tensor.add(Tensor, Scalar)</c>.</summary>
    internal static string Name(MethodBase method) =>
        $"{method.DeclaringType?.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";

    /// <summary>
    /// All types that a type refers to: in its declaration, its members' signatures, their local variables and instructions.
    /// </summary>
    internal static IEnumerable<Type> TypesUsedBy(Type type)
    {
        IEnumerable<Type?> declared =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(Declared).Select(field => field.FieldType),
            .. type.CustomAttributes.Select(attribute => attribute.AttributeType),
        ];
        IEnumerable<Type?> ofMethods = Methods(type)
            .SelectMany(method =>
                method
                    .GetParameters()
                    .Select(parameter => parameter.ParameterType)
                    .Append((method as MethodInfo)?.ReturnType)
                    .Concat(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? [])
                    .Concat(Uses(method).SelectMany(TypesOf))
            );
        return declared.Concat(ofMethods).OfType<Type>().SelectMany(Parts).Distinct();
    }

    private static IEnumerable<Type?> TypesOf(MemberInfo member) =>
        member switch
        {
            Type type => [type],
            MethodInfo method => [method.DeclaringType, method.ReturnType, .. method.GetParameters().Select(p => p.ParameterType)],
            _ => [member.DeclaringType],
        };

    // List<Tensor[]> is List, Tensor.
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
            return Parts(type.GetElementType()!);
        if (type.IsGenericParameter)
            return type.GetGenericParameterConstraints().Where(constraint => !constraint.ContainsGenericParameters);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    // ldloc.2, stloc.s 7, ...
    private static int? Local(OpCode code, byte[] il, int at) =>
        code.OperandType switch
        {
            OperandType.ShortInlineVar => il[at],
            OperandType.InlineVar => BitConverter.ToUInt16(il, at),
            _ when code.Name!.Contains("loc.", StringComparison.Ordinal) => code.Name[^1] - '0',
            _ => null,
        };

    private static int Length(OpCode code, byte[] il, int at) =>
        code.OperandType switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
            _ => 4,
        };
}

/// <summary>An instruction: where it stands, what it does, the member it names and the local variable it reads or writes, if any.</summary>
internal readonly record struct Instruction(int Offset, OpCode Code, MemberInfo? Member, int? Local);
