// Signatures of the chip's base library; see README.md.
using System.Collections;

namespace System
{
    public class Object
    {
        public extern Object();
        public virtual extern string ToString();
        public virtual extern bool Equals(object obj);
        public static extern bool Equals(object objA, object objB);
        public static extern bool ReferenceEquals(object objA, object objB);
        public virtual extern int GetHashCode();
        public extern Type GetType();
    }

    public abstract class ValueType
    {
    }

    public abstract class Enum : ValueType
    {
        public extern bool HasFlag(Enum flag);
    }

    public struct Void
    {
    }

    public struct Boolean
    {
    }

    public struct Char
    {
        public extern char ToLower();
        public extern char ToUpper();
    }

    public struct SByte
    {
    }

    public struct Byte
    {
        public const byte MaxValue = 255;
        public extern string ToString(string format);
    }

    public struct Int16
    {
    }

    public struct UInt16
    {
    }

    public struct Int32
    {
        public const int MaxValue = 0x7fffffff;
        public const int MinValue = -2147483648;
        public extern string ToString(string format);
        public static extern int Parse(string s);
    }

    public struct UInt32
    {
        public const uint MaxValue = 0xffffffff;
        public extern string ToString(string format);
    }

    public struct Int64
    {
        public const long MaxValue = 0x7fffffffffffffff;
        public const long MinValue = -9223372036854775808L;
        public extern string ToString(string format);
    }

    public struct UInt64
    {
        public extern string ToString(string format);
    }

    public struct Single
    {
    }

    public struct Double
    {
        public static extern bool IsNaN(double d);
        public static extern bool IsInfinity(double d);
        public extern string ToString(string format);
    }

    public struct IntPtr
    {
    }

    public struct UIntPtr
    {
    }

    public sealed class String : IEnumerable
    {
        public static readonly string Empty = "";
        public extern String(char[] value, int startIndex, int length);
        public extern String(char[] value);
        public extern String(char c, int count);
        public extern int Length { get; }

        [Runtime.CompilerServices.IndexerName("Chars")]
        public extern char this[int index] { get; }
        public extern IEnumerator GetEnumerator();
        public static extern bool Equals(string a, string b);
        public static extern bool operator ==(string a, string b);
        public static extern bool operator !=(string a, string b);
        public override extern bool Equals(object obj);
        public extern char[] ToCharArray();
        public extern string Substring(int startIndex);
        public extern string Substring(int startIndex, int length);
        public extern string Trim();
        public extern int IndexOf(char value);
        public extern int IndexOf(string value);
        public extern string ToLower();
        public extern string ToUpper();
        public static extern string Concat(object arg0);
        public static extern string Concat(object arg0, object arg1);
        public static extern string Concat(object arg0, object arg1, object arg2);
        public static extern string Concat(params object[] args);
        public static extern string Concat(string str0, string str1);
        public static extern string Concat(string str0, string str1, string str2);
        public static extern string Concat(string str0, string str1, string str2, string str3);
        public static extern string Concat(params string[] values);
        public static extern string Format(string format, params object[] args);
        public extern string PadLeft(int totalWidth, char paddingChar = ' ');
        public extern string PadRight(int totalWidth, char paddingChar = ' ');
        public static extern bool IsNullOrEmpty(string value);
        public extern bool StartsWith(string value);
    }

    public abstract class Array : IEnumerable
    {
        public extern int Length { get; }
        public extern IEnumerator GetEnumerator();
        public static extern void Copy(Array sourceArray, Array destinationArray, int length);
        public static extern void Copy(
            Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length);
        public static extern void Clear(Array array, int index, int length);
    }

    public class Exception
    {
        public extern Exception();
        public extern Exception(string message);
        public virtual extern string Message { get; }
    }

    public static class BitConverter
    {
        public static extern long DoubleToInt64Bits(double value);
        public static extern double Int64BitsToDouble(long value);
    }

    public readonly ref struct SpanByte
    {
        public extern SpanByte(byte[] array);
        public extern SpanByte(byte[] array, int start, int length);
    }

    public struct DateTime
    {
        public static extern DateTime UtcNow { get; }
        public extern long Ticks { get; }
    }
}
