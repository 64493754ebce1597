using System.Reflection;

namespace Padam.MLNet.Tests;

/// <summary>
/// Which methods of an assembly may come to call which of its others: directly, through an override or an interface of its own, by a
/// delegate or an iterator that they make.
/// </summary>
internal sealed class CallGraph
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly Assembly _assembly;
    private readonly Dictionary<MethodBase, MethodBase[]> _called = [];
    private readonly ILookup<MethodBase, MethodBase> _overrides;

    internal CallGraph(Assembly assembly)
    {
        _assembly = assembly;
        MethodBase[] methods = [.. assembly.GetTypes().SelectMany(CompiledCode.Methods)];
        _overrides = methods
            .OfType<MethodInfo>()
            .Where(method => method.IsVirtual && method.GetBaseDefinition() != method)
            .Select(method => (Of: method.GetBaseDefinition(), By: method))
            .Concat(assembly.GetTypes().Where(type => type.IsClass).SelectMany(Implementations))
            .ToLookup(pair => CompiledCode.Definition(pair.Of), pair => CompiledCode.Definition(pair.By));
        foreach (MethodBase method in methods)
            _called[method] = [.. CompiledCode.Uses(method).OfType<MethodBase>().SelectMany(WithOverrides).Distinct()];
    }

    /// <summary>A shortest way from a method of the assembly to one that is sought, both included; null where there is none.</summary>
    internal IReadOnlyList<MethodBase>? Way(MethodBase from, Func<MethodBase, bool> isSought)
    {
        Dictionary<MethodBase, MethodBase?> cameFrom = WithOverrides(from)
            .Distinct()
            .ToDictionary(method => method, _ => (MethodBase?)null);
        var next = new Queue<MethodBase>(cameFrom.Keys);
        while (next.TryDequeue(out MethodBase? at))
        {
            if (isSought(at))
                return Back(at, cameFrom);
            foreach (MethodBase called in _called.GetValueOrDefault(at, []))
                if (cameFrom.TryAdd(called, at))
                    next.Enqueue(called);
        }

        return null;
    }

    private IEnumerable<MethodBase> WithOverrides(MethodBase method)
    {
        MethodBase definition = CompiledCode.Definition(method);
        if (definition.DeclaringType?.Assembly != _assembly)
            return [];
        if (definition is ConstructorInfo && definition.DeclaringType.GetMethod("MoveNext", Own) is { } next)
            return [definition, next];
        return definition is MethodInfo { IsVirtual: true } @virtual
            ? _overrides[CompiledCode.Definition(@virtual.GetBaseDefinition())].Prepend(definition)
            : [definition];
    }

    private IEnumerable<(MethodInfo Of, MethodInfo By)> Implementations(Type type) =>
        type.GetInterfaces()
            .Where(each => each.Assembly == _assembly)
            .Select(type.GetInterfaceMap)
            .SelectMany(map => map.InterfaceMethods.Zip(map.TargetMethods));

    private static List<MethodBase> Back(MethodBase at, Dictionary<MethodBase, MethodBase?> cameFrom)
    {
        List<MethodBase> way = [at];
        while (cameFrom[way[0]] is { } before)
            way.Insert(0, before);
        return way;
    }
}
