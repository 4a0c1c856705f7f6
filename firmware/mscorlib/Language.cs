// What the compiler itself asks for; see README.md.
using System.Collections;

namespace System
{
    public abstract class Type : Reflection.MemberInfo
    {
        public static extern Type GetTypeFromHandle(RuntimeTypeHandle handle);
        public extern Reflection.MethodInfo GetMethod(string name);
    }

    public struct RuntimeTypeHandle
    {
    }

    public struct RuntimeFieldHandle
    {
    }

    public struct RuntimeMethodHandle
    {
    }

    public abstract class Attribute
    {
    }

    public enum AttributeTargets
    {
        All = 0x3fff,
    }

    public sealed class AttributeUsageAttribute : Attribute
    {
        public extern AttributeUsageAttribute(AttributeTargets validOn);
        public extern bool AllowMultiple { get; set; }
        public extern bool Inherited { get; set; }
    }

    public sealed class ObsoleteAttribute : Attribute
    {
        public extern ObsoleteAttribute(string message, bool error);
    }

    public sealed class ParamArrayAttribute : Attribute
    {
    }

    public sealed class FlagsAttribute : Attribute
    {
    }

    public interface IDisposable
    {
        void Dispose();
    }

    public abstract class Delegate
    {
        public static extern Delegate Combine(Delegate a, Delegate b);
        public static extern Delegate Remove(Delegate source, Delegate value);
    }

    public abstract class MulticastDelegate : Delegate
    {
    }

    public interface IAsyncResult
    {
    }

    public delegate void AsyncCallback(IAsyncResult result);
}

namespace System.Collections
{
    public interface IEnumerator
    {
        object Current { get; }

        bool MoveNext();
    }

    public interface IEnumerable
    {
        IEnumerator GetEnumerator();
    }
}

namespace System.Runtime.CompilerServices
{
    public static class RuntimeHelpers
    {
        public static extern void InitializeArray(Array array, RuntimeFieldHandle handle);
    }

    public sealed class IndexerNameAttribute : Attribute
    {
        public extern IndexerNameAttribute(string name);
    }

    public sealed class ExtensionAttribute : Attribute
    {
    }
}

namespace System.Reflection
{
    public abstract class MemberInfo
    {
        public abstract string Name { get; }
    }

    public abstract class MethodBase : MemberInfo
    {
        public extern object Invoke(object obj, object[] parameters);
    }

    public abstract class MethodInfo : MethodBase
    {
    }

    public class Assembly
    {
        public static extern Assembly Load(byte[] rawAssembly);
        public extern Type GetType(string name);
    }

    public sealed class DefaultMemberAttribute : Attribute
    {
        public extern DefaultMemberAttribute(string memberName);
    }

    public sealed class AssemblyTitleAttribute : Attribute
    {
        public extern AssemblyTitleAttribute(string title);
    }

    public sealed class AssemblyVersionAttribute : Attribute
    {
        public extern AssemblyVersionAttribute(string version);
    }
}
