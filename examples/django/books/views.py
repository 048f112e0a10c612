from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from .models import Book


def books(request):
    return render(request, "books/books.html", {"books": Book.objects.all()})


def book(request, number):
    return render(request, "books/book.html", {"book": get_object_or_404(Book, pk=number)})


def api_books(request):
    return JsonResponse({"books": list(Book.objects.values("title", "author", "year"))})


@require_http_methods(["GET", "POST"])
def suggest(request):
    if request.method == "POST":
        new = Book.objects.create(
            title=request.POST["title"], author=request.POST["author"], year=request.POST["year"]
        )
        return redirect(f"/books/{new.pk}/")
    return render(request, "books/suggest.html")


def error(request):
    raise RuntimeError("this page always fails")
